import { spawn, type ChildProcessByStdio } from "node:child_process";
import { kill, platform } from "node:process";
import type { Readable, Writable } from "node:stream";
import { CommandFailure } from "./failure.ts";
import { lineCutter, tailKeeper } from "./lines.ts";

export interface ProgramLimits {
  readonly maxLineBytes: number;
  readonly maxStderrBytes: number;
  /** Between the polite and the final signal, ms. */
  readonly graceMs: number;
}

/** What a running program tells its owner. After `onEnd` nothing more comes. */
export interface ProgramEvents {
  onLine(line: string): void;
  onEnd(failure: CommandFailure): void;
}

/** One run of the command in a process group of its own, never through a shell. */
export interface Program {
  write(line: string): void;
  /** Ends the whole process group for this reason; resolves when it is gone. */
  stop(reason: CommandFailure): Promise<void>;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export function startProgram(
  argv: readonly string[],
  cwd: string | undefined,
  limits: ProgramLimits,
  events: ProgramEvents,
): Program {
  const [file, ...rest] = argv;
  const child: Child = spawn(file!, rest, {
    ...(cwd === undefined ? {} : { cwd }),
    shell: false,
    detached: platform !== "win32",
    windowsHide: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stderr = tailKeeper(limits.maxStderrBytes);
  const cut = lineCutter(limits.maxLineBytes);
  let reason: CommandFailure | undefined;
  let hasEnded = false;
  const gone = new Promise<void>((resolve) => {
    const end = (failure: CommandFailure): void => {
      if (hasEnded) return;
      hasEnded = true;
      // What the program started itself may outlive it.
      signalGroup(child, "SIGKILL");
      events.onEnd(reason ?? failure);
      resolve();
    };
    child.on("error", (error) =>
      end(new CommandFailure("accuracy/command-not-started", `cannot start ${file}: ${error.message}`)),
    );
    child.on("close", (code, signal) => {
      const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
      end(new CommandFailure("accuracy/command-ended", `${file} ${how} before it replied`, stderr.text()));
    });
  });
  const stop = async (why: CommandFailure): Promise<void> => {
    reason ??= why;
    if (hasEnded) return;
    signalGroup(child, "SIGTERM");
    const timer = setTimeout(() => {
      signalGroup(child, "SIGKILL");
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    }, limits.graceMs);
    await gone;
    clearTimeout(timer);
  };
  child.stdin.on("error", () => undefined); // A program that is gone is reported by "close".
  child.stderr.on("data", stderr.add);
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = reason ? [] : cut(chunk);
    if (lines) for (const line of lines) events.onLine(line);
    else {
      const message = `${file} wrote a line of more than ${limits.maxLineBytes} bytes`;
      void stop(new CommandFailure("accuracy/command-line-too-long", message, stderr.text()));
    }
  });
  return { write: (line) => void child.stdin.write(line), stop };
}

function signalGroup(child: Child, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (platform === "win32") child.kill(signal);
    else kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}
