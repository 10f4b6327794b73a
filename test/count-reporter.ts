import type { Reporter, TestModule } from "vitest/node";

/** Prints the totals as one plain last line, so that a script can read them without parsing colours. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        const state = test.result().state;
        if (state === "passed" || state === "failed" || state === "skipped") counts[state] += 1;
      }
      if (tests === 0 && !module.ok()) counts.failed += 1;
    }
    // The default reporter writes its summary synchronously after this hook; print behind it.
    process.on("exit", () => {
      process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    });
  }
}
