`timescale 1ns / 1ns
// One PE of the output-stationary array: a comes from the left, b from above, the sum stays.
//
// `first` and `last` travel with a. In the cycle of the last multiplication the sum is finished: it leaves over a wire
// of its own (drain by shadow), or goes into the drain register, from where it moves down one row a cycle, whenever the
// register below is free and no finished sum enters there.
module output_pe #(parameter W = 8, S = 32, H = 8) (
  input clk,
  input shift,
  input a_valid_in, input a_first_in, input a_last_in, input [H-1:0] a_hops_in, input signed [W-1:0] a_in,
  output a_valid_out, output reg a_first_out, output reg a_last_out, output reg [H-1:0] a_hops_out, output reg signed [W-1:0] a_out,
  input b_valid_in, input [H-1:0] b_hops_in, input signed [W-1:0] b_in,
  output b_valid_out, output reg [H-1:0] b_hops_out, output reg signed [W-1:0] b_out,
  output finished, output signed [S-1:0] sum_now,
  input drain_valid_in, input signed [S-1:0] drain_in, output drain_ready,
  output reg drain_valid_out, output reg signed [S-1:0] drain_out, input drain_ready_below,
  output reg fault
);
  reg a_present, b_present;
  reg signed [S-1:0] sum;
  wire enters = shift && finished;

  assign a_valid_out = a_present && a_hops_out != 0;
  assign b_valid_out = b_present && b_hops_out != 0;
  assign sum_now = (a_first_in ? 0 : sum) + a_in * b_in;
  assign finished = a_valid_in && a_last_in;
  assign drain_ready = !enters && (!drain_valid_out || drain_ready_below);

  initial begin
    a_present = 0;
    b_present = 0;
    drain_valid_out = 0;
    fault = 0;
  end

  always @(posedge clk) begin
    a_present <= a_valid_in;
    a_first_out <= a_first_in;
    a_last_out <= a_last_in;
    a_hops_out <= a_hops_in - 1'b1;
    a_out <= a_in;
    b_present <= b_valid_in;
    b_hops_out <= b_hops_in - 1'b1;
    b_out <= b_in;
    if (a_valid_in) sum <= sum_now;
    if (a_valid_in !== b_valid_in) fault <= 1;                        // the operands have missed each other
    if (enters && drain_valid_out && !drain_ready_below) fault <= 1;  // a result is overrun
    if (enters || (drain_valid_in && drain_ready)) begin
      drain_valid_out <= 1;
      drain_out <= enters ? sum_now : drain_in;
    end else if (drain_ready_below) drain_valid_out <= 0;
  end
endmodule
