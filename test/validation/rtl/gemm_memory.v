// What every bench shares (textual include): the problem from the command line, random operands, the reference
// product, the accumulator memory below the array, and the cycle counter.
//
// A cycle is the time between two rising edges of the clock. `first_cycle` is the first in which a word is taken into the
// array; `last_cycle` the last in which a result, known by its valid bit, leaves it. Nothing here knows how long it should take.
  localparam W = 8, S = 32, H = 8, MEMORY = 1 << 16;

  integer m, n, k, seed, overlap, padded, hurry;
  reg signed [W-1:0] a [0:MEMORY-1];
  reg signed [W-1:0] b [0:MEMORY-1];
  integer product [0:MEMORY-1];
  integer accumulator [0:MEMORY-1];

  reg clk = 0;
  always #5 clk = ~clk;

  integer cycle = 0, first_cycle = -1, last_cycle = -1;
  integer last_event = 0;          // gives up when nothing has entered or left for long
  integer broken_rules = 0;

  task read_problem;
    integer p, q, t;
    begin
      if (!$value$plusargs("m=%d", m) || !$value$plusargs("n=%d", n) || !$value$plusargs("k=%d", k)) $fatal(1, "+m= +n= +k=");
      if (!$value$plusargs("seed=%d", seed)) seed = 1;
      if (!$value$plusargs("overlap=%d", overlap)) overlap = 0;   // 0 none, 1 weights, 2 folds
      if (!$value$plusargs("padded=%d", padded)) padded = 0;      // 1: every fold is filled up with zeros to the whole array
      if (!$value$plusargs("hurry=%d", hurry)) hurry = 0;         // starts a fold so many cycles before the rule allows it
      for (p = 0; p < m * k; p = p + 1) a[p] = $random(seed);
      for (p = 0; p < k * n; p = p + 1) b[p] = $random(seed);
      for (p = 0; p < m; p = p + 1)
        for (q = 0; q < n; q = q + 1) begin
          accumulator[p*n + q] = 0;
          product[p*n + q] = 0;
          for (t = 0; t < k; t = t + 1) product[p*n + q] = product[p*n + q] + a[p*k + t] * b[t*n + q];
        end
    end
  endtask

  task note_entry;
    begin
      if (first_cycle < 0) first_cycle = cycle;
      last_event = cycle;
    end
  endtask

  task add_result(input integer row, input integer col, input signed [S-1:0] value);
    begin
      last_cycle = cycle;
      last_event = cycle;
      if (row < m && col < n) accumulator[row*n + col] = accumulator[row*n + col] + value;
      else if (value !== 0) broken_rules = broken_rules + 1;      // padding yields zeros
    end
  endtask

  task report(input fault, input integer peak);
    integer p, wrong;
    begin
      wrong = 0;
      for (p = 0; p < m * n; p = p + 1) if (accumulator[p] !== product[p]) wrong = wrong + 1;
      $display("RESULT cycles=%0d wrong=%0d faults=%0d peak=%0d",
               last_cycle - first_cycle + 1, wrong, broken_rules + (fault !== 1'b0), peak);
      $finish;
    end
  endtask

  function integer at_most(input integer x, input integer limit);
    at_most = x < limit ? x : limit;
  endfunction
