`timescale 1ns / 1ns
// rows x cols of output_pe. a enters at the left, b at the top; results leave over one wire per PE (`done`), or at the
// bottom of each column (`out`).
module output_array #(parameter R = 4, C = 4, W = 8, S = 32, H = 8) (
  input clk,
  input shift,
  input [R-1:0] a_valid, input [R-1:0] a_first, input [R-1:0] a_last, input [R*H-1:0] a_hops, input [R*W-1:0] a,
  input [C-1:0] b_valid, input [C*H-1:0] b_hops, input [C*W-1:0] b,
  output [R*C-1:0] done, output [R*C*S-1:0] done_sum,
  output [C-1:0] out_valid, output [C*S-1:0] out,
  output fault
);
  wire av [0:R-1][0:C];
  wire af [0:R-1][0:C];
  wire al [0:R-1][0:C];
  wire [H-1:0] ah [0:R-1][0:C];
  wire [W-1:0] aw [0:R-1][0:C];
  wire bv [0:R][0:C-1];
  wire [H-1:0] bh [0:R][0:C-1];
  wire [W-1:0] bw [0:R][0:C-1];
  wire dv [0:R][0:C-1];
  wire [S-1:0] dw [0:R][0:C-1];
  wire dr [0:R][0:C-1];
  wire [R*C-1:0] faults;
  assign fault = |faults;

  genvar i, j;
  generate
    for (i = 0; i < R; i = i + 1) begin : left
      assign av[i][0] = a_valid[i];
      assign af[i][0] = a_first[i];
      assign al[i][0] = a_last[i];
      assign ah[i][0] = a_hops[i*H +: H];
      assign aw[i][0] = a[i*W +: W];
    end
    for (j = 0; j < C; j = j + 1) begin : edges
      assign bv[0][j] = b_valid[j];
      assign bh[0][j] = b_hops[j*H +: H];
      assign bw[0][j] = b[j*W +: W];
      assign dv[0][j] = 1'b0;
      assign dw[0][j] = 0;
      assign dr[R][j] = 1'b1;
      assign out_valid[j] = dv[R][j];
      assign out[j*S +: S] = dw[R][j];
    end
    for (i = 0; i < R; i = i + 1) begin : row
      for (j = 0; j < C; j = j + 1) begin : col
        output_pe #(.W(W), .S(S), .H(H)) pe (
          .clk(clk), .shift(shift),
          .a_valid_in(av[i][j]), .a_first_in(af[i][j]), .a_last_in(al[i][j]), .a_hops_in(ah[i][j]), .a_in(aw[i][j]),
          .a_valid_out(av[i][j+1]), .a_first_out(af[i][j+1]), .a_last_out(al[i][j+1]), .a_hops_out(ah[i][j+1]),
          .a_out(aw[i][j+1]),
          .b_valid_in(bv[i][j]), .b_hops_in(bh[i][j]), .b_in(bw[i][j]),
          .b_valid_out(bv[i+1][j]), .b_hops_out(bh[i+1][j]), .b_out(bw[i+1][j]),
          .finished(done[i*C + j]), .sum_now(done_sum[(i*C + j)*S +: S]),
          .drain_valid_in(dv[i][j]), .drain_in(dw[i][j]), .drain_ready(dr[i][j]),
          .drain_valid_out(dv[i+1][j]), .drain_out(dw[i+1][j]), .drain_ready_below(dr[i+1][j]),
          .fault(faults[i*C + j]));
      end
    end
  endgenerate
endmodule
