`timescale 1ns / 1ns
// One PE of the array that holds one operand (weight-stationary; input-stationary with the operands exchanged).
//
// The held word comes from above and travels down one row a cycle until its hop count is used up; there it waits.
// A word moves only where the register below is free, so that a queue of words stands still without being lost.
// The streamed word comes from the left and goes on to the right, up to the last used column. The first word of a
// stream carries `first`: the waiting word becomes the one multiplied with, in that very cycle.
// The sum comes from above and goes down. Its register is in the PE; the value before the register is `sum_now`.
module held_pe #(parameter W = 8, S = 32, H = 8) (
  input clk,
  input two_registers,            // 0: one register for the held word; 1: a second one, so that the next word can arrive meanwhile
  input held_valid_in, input [H-1:0] held_hops_in, input signed [W-1:0] held_in, output held_ready,
  output held_valid_out, output [H-1:0] held_hops_out, output signed [W-1:0] held_out, input held_ready_below,
  input x_valid_in, input x_first_in, input [H-1:0] x_hops_in, input signed [W-1:0] x_in,
  output x_valid_out, output reg x_first_out, output reg [H-1:0] x_hops_out, output reg signed [W-1:0] x_out,
  input signed [S-1:0] sum_in, output signed [S-1:0] sum_now, output reg signed [S-1:0] sum_out,
  output parked,                  // a word has arrived for this PE and has not been used yet
  output reg fault                // the sequencer broke a rule of the hardware
);
  reg occupied, x_present;
  reg [H-1:0] hops;
  reg signed [W-1:0] arriving, held;

  assign parked = occupied && hops == 0;
  wire take = x_valid_in && x_first_in;
  wire moves = occupied && hops != 0 && held_ready_below;
  wire signed [W-1:0] factor = (take || !two_registers) ? arriving : held;

  assign held_ready = !occupied || moves || (parked && take);
  assign held_valid_out = occupied && hops != 0;
  assign held_hops_out = hops - 1'b1;
  assign held_out = arriving;
  assign x_valid_out = x_present && x_hops_out != 0;
  assign sum_now = sum_in + x_in * factor;

  initial begin
    occupied = 0;
    x_present = 0;
    sum_out = 0;
    fault = 0;
  end

  always @(posedge clk) begin
    if (held_valid_in && held_ready) begin
      occupied <= 1;
      hops <= held_hops_in;
      arriving <= held_in;
    end else if (moves || take) occupied <= 0;
    if (take) held <= arriving;
    if (take && !parked) fault <= 1;
    x_present <= x_valid_in;
    x_first_out <= x_first_in;
    x_hops_out <= x_hops_in - 1'b1;
    x_out <= x_in;
    sum_out <= x_valid_in ? sum_now : 0;
  end
endmodule
