`timescale 1ns / 1ns
// Whole GEMMs on output_array: M x N held, K streams. Folds: columns (N) outside, rows (M) inside.
module output_bench;
  parameter R = 4, C = 4;
  `include "gemm_memory.v"

  integer shift, row_folds, folds;

  reg [R-1:0] a_valid = 0, a_first = 0, a_last = 0;
  reg [R*H-1:0] a_hops = 0;
  reg [R*W-1:0] a_edge = 0;
  reg [C-1:0] b_valid = 0;
  reg [C*H-1:0] b_hops = 0;
  reg [C*W-1:0] b_edge = 0;
  wire [R*C-1:0] done;
  wire [R*C*S-1:0] done_sum;
  wire [C-1:0] out_valid;
  wire [C*S-1:0] out;
  wire fault;
  output_array #(.R(R), .C(C), .W(W), .S(S), .H(H)) array (
    .clk(clk), .shift(shift != 0),
    .a_valid(a_valid), .a_first(a_first), .a_last(a_last), .a_hops(a_hops), .a(a_edge),
    .b_valid(b_valid), .b_hops(b_hops), .b(b_edge),
    .done(done), .done_sum(done_sum), .out_valid(out_valid), .out(out), .fault(fault));

  // ---- what a fold holds: the upper left corner of the array, next to where the operands enter ----
  function integer m0(input integer f); m0 = (f % row_folds) * R; endfunction
  function integer n0(input integer f); n0 = (f / row_folds) * C; endfunction
  function integer rows_of(input integer f); rows_of = padded ? R : at_most(m - m0(f), R); endfunction
  function integer cols_of(input integer f); cols_of = padded ? C : at_most(n - n0(f), C); endfunction

  // ---- streaming: start tokens run down the rows and across the columns ----
  integer started = 0, finished = 0, fed;
  integer a_token [0:R-1];
  integer a_fold [0:R-1];
  integer a_pos [0:R-1];           // next word; k: idle
  integer b_token [0:C-1];
  integer b_fold [0:C-1];
  integer b_pos [0:C-1];
  reg may_start;
  task drive_streams;
    integer i, j, f;
    begin
      for (i = R - 1; i > 0; i = i - 1) a_token[i] = a_token[i-1];
      for (j = C - 1; j > 0; j = j - 1) b_token[j] = b_token[j-1];
      a_token[0] = -1;
      b_token[0] = -1;
      if (started < folds) begin
        // Without overlap: all results have left. With it: the corner has been fed, and, if results are shifted out,
        // as many cycles have passed as the fold before has words for each column's exit.
        if (overlap != 2) may_start = finished == started;
        else may_start = started == 0 ||
          (fed + hurry >= k && (!shift || fed + hurry >= rows_of(started - 1)));
        if (may_start) begin
          a_token[0] = started;
          b_token[0] = started;
          started = started + 1;
          fed = 0;
        end
      end
      fed = fed + 1;
      for (i = 0; i < R; i = i + 1) begin
        f = a_token[i];
        if (f >= 0 && i < rows_of(f)) begin
          if (a_pos[i] != k) broken_rules = broken_rules + 1;
          a_fold[i] = f;
          a_pos[i] = 0;
        end
        a_valid[i] = a_pos[i] < k;
        if (a_valid[i]) begin
          a_first[i] = a_pos[i] == 0;
          a_last[i] = a_pos[i] == k - 1;
          a_hops[i*H +: H] = cols_of(a_fold[i]);
          a_edge[i*W +: W] = m0(a_fold[i]) + i < m ? a[(m0(a_fold[i]) + i)*k + a_pos[i]] : 0;
          a_pos[i] = a_pos[i] + 1;
        end
      end
      for (j = 0; j < C; j = j + 1) begin
        f = b_token[j];
        if (f >= 0 && j < cols_of(f)) begin
          if (b_pos[j] != k) broken_rules = broken_rules + 1;
          b_fold[j] = f;
          b_pos[j] = 0;
        end
        b_valid[j] = b_pos[j] < k;
        if (b_valid[j]) begin
          b_hops[j*H +: H] = rows_of(b_fold[j]);
          b_edge[j*W +: W] = n0(b_fold[j]) + j < n ? b[b_pos[j]*n + n0(b_fold[j]) + j] : 0;
          b_pos[j] = b_pos[j] + 1;
        end
      end
    end
  endtask

  // ---- collecting: the valid bit says when; each exit counts what has come ----
  integer missing [0:MEMORY-1];    // results of a fold that have not left yet
  task take_result(input integer f, input integer i, input integer j, input signed [S-1:0] value);
    begin
      add_result(m0(f) + i, n0(f) + j, value);
      missing[f] = missing[f] - 1;
      if (missing[f] == 0) finished = finished + 1;
    end
  endtask

  integer pe_fold [0:R*C-1];       // by shadow: next fold of this PE
  integer peak = 0;                // most results of one column in one cycle
  task note_done;
    integer i, j, p, together;
    for (j = 0; j < C; j = j + 1) begin
      together = 0;
      for (i = 0; i < R; i = i + 1) begin
        p = i*C + j;
        if (done[p] !== 1'b0) begin
          while (pe_fold[p] < folds - 1 && (rows_of(pe_fold[p]) <= i || cols_of(pe_fold[p]) <= j)) pe_fold[p] = pe_fold[p] + 1;
          take_result(pe_fold[p], i, j, done_sum[p*S +: S]);
          pe_fold[p] = pe_fold[p] + 1;
          together = together + 1;
        end
      end
      if (together > peak) peak = together;
    end
  endtask

  integer out_fold [0:C-1];        // by shift: fold and row (from the bottom) that leaves column j next
  integer out_count [0:C-1];
  task note_out;
    integer j, f;
    for (j = 0; j < C; j = j + 1)
      if (out_valid[j] !== 1'b0) begin
        while (out_fold[j] < folds - 1 && cols_of(out_fold[j]) <= j) out_fold[j] = out_fold[j] + 1;
        f = out_fold[j];
        take_result(f, rows_of(f) - 1 - out_count[j], j, out[j*S +: S]);
        out_count[j] = out_count[j] + 1;
        if (out_count[j] == rows_of(f)) begin
          out_count[j] = 0;
          out_fold[j] = f + 1;
        end
      end
  endtask

  integer p;
  initial begin
    read_problem;
    if (!$value$plusargs("shift=%d", shift)) shift = 0;
    row_folds = (m + R - 1) / R;
    folds = row_folds * ((n + C - 1) / C);
    for (p = 0; p < folds; p = p + 1) missing[p] = rows_of(p) * cols_of(p);
    for (p = 0; p < R*C; p = p + 1) pe_fold[p] = 0;
    for (p = 0; p < R; p = p + 1) begin
      a_token[p] = -1;
      a_fold[p] = 0;
      a_pos[p] = k;
    end
    for (p = 0; p < C; p = p + 1) begin
      b_token[p] = -1;
      b_fold[p] = 0;
      b_pos[p] = k;
      out_fold[p] = 0;
      out_count[p] = 0;
    end
    while (finished < folds && cycle - last_event < 1000) begin
      #1;                          // just after the rising edge: what enters in this cycle
      drive_streams;
      @(posedge clk);              // what has left in this cycle
      if (|a_valid) note_entry;
      if (shift) note_out; else note_done;
      cycle = cycle + 1;
    end
    @(posedge clk);
    report(fault, peak);
  end
endmodule
