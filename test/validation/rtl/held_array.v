`timescale 1ns / 1ns
// rows x cols of held_pe. Held words enter at the top, streamed words at the left, sums leave at the bottom:
// in the cycle of the last addition, straight into the accumulator memory below (no register between).
module held_array #(parameter R = 4, C = 4, W = 8, S = 32, H = 8) (
  input clk,
  input two_registers,
  input [C-1:0] held_valid, input [C*H-1:0] held_hops, input [C*W-1:0] held, output [C-1:0] held_ready,
  input [R-1:0] x_valid, input [R-1:0] x_first, input [R*H-1:0] x_hops, input [R*W-1:0] x,
  output [C-1:0] sum_valid, output [C*S-1:0] sum,
  output [R-1:0] parked,          // of the first column, for the sequencer
  output fault
);
  wire hv [0:R][0:C-1];
  wire [H-1:0] hh [0:R][0:C-1];
  wire [W-1:0] hw [0:R][0:C-1];
  wire hr [0:R][0:C-1];
  wire xv [0:R-1][0:C];
  wire xf [0:R-1][0:C];
  wire [H-1:0] xh [0:R-1][0:C];
  wire [W-1:0] xw [0:R-1][0:C];
  wire [S-1:0] sr [0:R][0:C-1];
  wire [S-1:0] now [0:R-1][0:C-1];
  wire pk [0:R-1][0:C-1];
  wire [R*C-1:0] faults;
  assign fault = |faults;

  genvar i, j;
  generate
    for (i = 0; i < R; i = i + 1) begin : left
      assign xv[i][0] = x_valid[i];
      assign xf[i][0] = x_first[i];
      assign xh[i][0] = x_hops[i*H +: H];
      assign xw[i][0] = x[i*W +: W];
      assign parked[i] = pk[i][0];
    end
    for (j = 0; j < C; j = j + 1) begin : edges
      assign hv[0][j] = held_valid[j];
      assign hh[0][j] = held_hops[j*H +: H];
      assign hw[0][j] = held[j*W +: W];
      assign held_ready[j] = hr[0][j];
      assign hr[R][j] = 1'b0;
      assign sr[0][j] = 0;
      assign sum_valid[j] = xv[R-1][j];
      assign sum[j*S +: S] = now[R-1][j];
    end
    for (i = 0; i < R; i = i + 1) begin : row
      for (j = 0; j < C; j = j + 1) begin : col
        held_pe #(.W(W), .S(S), .H(H)) pe (
          .clk(clk), .two_registers(two_registers),
          .held_valid_in(hv[i][j]), .held_hops_in(hh[i][j]), .held_in(hw[i][j]), .held_ready(hr[i][j]),
          .held_valid_out(hv[i+1][j]), .held_hops_out(hh[i+1][j]), .held_out(hw[i+1][j]), .held_ready_below(hr[i+1][j]),
          .x_valid_in(xv[i][j]), .x_first_in(xf[i][j]), .x_hops_in(xh[i][j]), .x_in(xw[i][j]),
          .x_valid_out(xv[i][j+1]), .x_first_out(xf[i][j+1]), .x_hops_out(xh[i][j+1]), .x_out(xw[i][j+1]),
          .sum_in(sr[i][j]), .sum_now(now[i][j]), .sum_out(sr[i+1][j]),
          .parked(pk[i][j]), .fault(faults[i*C + j]));
      end
    end
  endgenerate
endmodule
