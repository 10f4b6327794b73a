`timescale 1ns / 1ns
// Whole GEMMs on held_array. Weight-stationary: K x N held, M streams. Input-stationary (+swap=1): K x M held, N streams.
// Folds: columns outside, rows (K) inside; the sums of all K folds meet in the accumulator memory.
module held_bench;
  parameter R = 4, C = 4;
  `include "gemm_memory.v"

  integer swap, late;
  integer width, length;           // width: extent held on the columns; length: words in a stream
  integer row_folds, col_folds, folds;

  reg [C-1:0] held_valid = 0;
  reg [C*H-1:0] held_hops = 0;
  reg [C*W-1:0] held = 0;
  wire [C-1:0] held_ready;
  reg [R-1:0] x_valid = 0, x_first = 0;
  reg [R*H-1:0] x_hops = 0;
  reg [R*W-1:0] x = 0;
  wire [C-1:0] sum_valid;
  wire [C*S-1:0] sum;
  wire [R-1:0] parked;
  wire fault;
  held_array #(.R(R), .C(C), .W(W), .S(S), .H(H)) array (
    .clk(clk), .two_registers(overlap != 0),
    .held_valid(held_valid), .held_hops(held_hops), .held(held), .held_ready(held_ready),
    .x_valid(x_valid), .x_first(x_first), .x_hops(x_hops), .x(x),
    .sum_valid(sum_valid), .sum(sum), .parked(parked), .fault(fault));

  // ---- what a fold holds ----
  function integer k0(input integer f); k0 = (f % row_folds) * R; endfunction
  function integer h0(input integer f); h0 = (f / row_folds) * C; endfunction
  function integer rows_of(input integer f); rows_of = padded ? R : at_most(k - k0(f), R); endfunction
  function integer cols_of(input integer f); cols_of = padded ? C : at_most(width - h0(f), C); endfunction
  // A fold rests in the lowest rows, next to where the sums leave.
  function integer top_of(input integer f); top_of = R - rows_of(f); endfunction

  function signed [W-1:0] held_word(input integer kk, input integer hh);
    held_word = (kk >= k || hh >= width) ? 0 : swap ? a[hh*k + kk] : b[kk*n + hh];
  endfunction
  function signed [W-1:0] stream_word(input integer t, input integer kk);
    stream_word = (kk >= k) ? 0 : swap ? b[kk*n + t] : a[t*k + kk];
  endfunction

  // ---- loading: column j follows column j - 1 by one cycle; the word for the lowest row goes first ----
  integer released [0:C-1];        // folds that column j may load
  integer load_fold [0:C-1];       // fold that column j loads
  integer load_word [0:C-1];       // words of it that have been taken
  task drive_loads;
    integer j, word;
    begin
      for (j = C - 1; j > 0; j = j - 1) released[j] = released[j-1];
      released[0] = overlap == 0 ? at_most(finished + 1, folds)   // none: when the fold before has left
                  : overlap == 1 && !late ? folds                 // weights: as soon as the registers take it
                  : at_most(started + 1, folds);                  // folds (weights, +late=1): when the fold before starts to stream
      for (j = 0; j < C; j = j + 1) begin
        while (load_fold[j] < folds && cols_of(load_fold[j]) <= j) load_fold[j] = load_fold[j] + 1;
        held_valid[j] = load_fold[j] < released[j];
        if (held_valid[j]) begin
          word = rows_of(load_fold[j]) - 1 - load_word[j];
          held_hops[j*H +: H] = top_of(load_fold[j]) + word;
          held[j*W +: W] = held_word(k0(load_fold[j]) + word, h0(load_fold[j]) + j);
        end
      end
    end
  endtask
  task note_loads;
    integer j;
    for (j = 0; j < C; j = j + 1)
      if (held_valid[j] && held_ready[j]) begin
        load_word[j] = load_word[j] + 1;
        if (load_word[j] == rows_of(load_fold[j])) begin
          load_word[j] = 0;
          load_fold[j] = load_fold[j] + 1;
        end
      end
  endtask

  // ---- streaming: a start token runs down the rows, one a cycle; each row then takes one word a cycle ----
  integer started = 0, finished = 0;
  integer slots;                   // words of the last started stream that row 0 has had its turn for
  integer token [0:R-1];
  integer stream_fold [0:R-1];
  integer stream_pos [0:R-1];      // next word; length: idle
  reg may_start;
  task drive_streams;
    integer i, f;
    begin
      for (i = R - 1; i > 0; i = i - 1) token[i] = token[i-1];
      token[0] = -1;
      if (started < folds) begin
        // none, weights: all sums have left and the words have arrived. The token enters at the first used row.
        // folds: row 0 has had its turn for the stream before, and the words of this fold are on their way, ahead of
        // the token, which also enters at row 0.
        if (overlap != 2) may_start = finished == started && parked[top_of(started)];
        else may_start = (started == 0 || slots + hurry >= length) &&
          (load_fold[0] > started || (load_fold[0] == started && load_word[0] + hurry >= rows_of(started)));
        if (may_start) begin
          token[overlap == 2 ? 0 : top_of(started)] = started;
          started = started + 1;
          slots = 0;
        end
      end
      slots = slots + 1;
      for (i = 0; i < R; i = i + 1) begin
        f = token[i];
        if (f >= 0 && i >= top_of(f)) begin
          if (stream_pos[i] != length) broken_rules = broken_rules + 1;
          stream_fold[i] = f;
          stream_pos[i] = 0;
        end
        f = stream_fold[i];
        x_valid[i] = stream_pos[i] < length;
        if (x_valid[i]) begin
          x_first[i] = stream_pos[i] == 0;
          x_hops[i*H +: H] = cols_of(f);
          x[i*W +: W] = stream_word(stream_pos[i], k0(f) + i - top_of(f));
          stream_pos[i] = stream_pos[i] + 1;
        end
      end
    end
  endtask

  // ---- collecting: the valid bit says when; each column counts what has come ----
  integer sum_fold [0:C-1];
  integer sum_pos [0:C-1];
  integer missing [0:MEMORY-1];    // results of a fold that have not left yet
  task note_sums;
    integer j, f, h;
    for (j = 0; j < C; j = j + 1)
      if (sum_valid[j] !== 1'b0) begin
        while (sum_fold[j] < folds - 1 && cols_of(sum_fold[j]) <= j) sum_fold[j] = sum_fold[j] + 1;
        f = sum_fold[j];
        h = h0(f) + j;
        if (swap) add_result(h, sum_pos[j], sum[j*S +: S]); else add_result(sum_pos[j], h, sum[j*S +: S]);
        sum_pos[j] = sum_pos[j] + 1;
        if (sum_pos[j] == length) begin
          sum_pos[j] = 0;
          sum_fold[j] = f + 1;
        end
        missing[f] = missing[f] - 1;
        if (missing[f] == 0) finished = finished + 1;
      end
  endtask

  integer p;
  initial begin
    read_problem;
    if (!$value$plusargs("swap=%d", swap)) swap = 0;
    if (!$value$plusargs("late=%d", late)) late = 0;
    width = swap ? m : n;
    length = swap ? n : m;
    row_folds = (k + R - 1) / R;
    col_folds = (width + C - 1) / C;
    folds = row_folds * col_folds;
    for (p = 0; p < folds; p = p + 1) missing[p] = length * cols_of(p);
    for (p = 0; p < C; p = p + 1) begin
      released[p] = 0;
      load_fold[p] = 0;
      load_word[p] = 0;
      sum_fold[p] = 0;
      sum_pos[p] = 0;
    end
    for (p = 0; p < R; p = p + 1) begin
      token[p] = -1;
      stream_fold[p] = 0;
      stream_pos[p] = length;
    end
    while (finished < folds && cycle - last_event < 1000) begin
      #1;                          // just after the rising edge: what enters in this cycle
      drive_streams;
      drive_loads;
      @(posedge clk);              // what has been taken, and what has left, in this cycle
      if (|(held_valid & held_ready) || |x_valid) note_entry;
      note_loads;
      note_sums;
      cycle = cycle + 1;
    end
    @(posedge clk);
    report(fault, 0);
  end
endmodule
