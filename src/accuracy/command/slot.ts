import type { ModelSpec } from "../../spec/model.ts";
import type { AccuracyEstimate } from "../types.ts";
import { CommandFailure } from "./failure.ts";
import { startProgram, type Program, type ProgramLimits } from "./program.ts";
import { parseReply, requestLine, type RequestExtras } from "./protocol.ts";

export interface SlotSettings extends ProgramLimits {
  readonly argv: readonly string[];
  readonly cwd: string | undefined;
  readonly metric: string;
  readonly timeoutMs: number;
}

interface Waiting {
  readonly id: number;
  readonly program: Program;
  readonly resolve: (estimate: AccuracyEstimate) => void;
  readonly reject: (failure: CommandFailure) => void;
  readonly timer: NodeJS.Timeout;
}

/** Keeps one program running and gives it one model at a time; a program that failed is replaced at the next request. */
export class CommandSlot {
  private readonly settings: SlotSettings;
  private program: Program | undefined;
  private waiting: Waiting | undefined;
  private lastId = 0;

  constructor(settings: SlotSettings) {
    this.settings = settings;
  }

  ask(model: ModelSpec, extras: RequestExtras): Promise<AccuracyEstimate> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const { timeoutMs, metric } = this.settings;
      const late = (): void => {
        void this.stop(new CommandFailure("accuracy/command-timeout", `no reply within ${timeoutMs / 1000} s`));
      };
      const program = (this.program ??= this.start());
      this.waiting = { id, program, resolve, reject, timer: setTimeout(late, timeoutMs) };
      program.write(requestLine(id, metric, model, extras));
    });
  }

  async stop(reason: CommandFailure): Promise<void> {
    const { program } = this;
    this.program = undefined;
    await program?.stop(reason);
  }

  private start(): Program {
    const program: Program = startProgram(this.settings.argv, this.settings.cwd, this.settings, {
      onLine: (line) => {
        if (this.program === program) this.receive(line);
      },
      onEnd: (failure) => {
        if (this.program === program) this.program = undefined;
        if (this.waiting?.program === program) this.take()?.reject(failure);
      },
    });
    return program;
  }

  private receive(line: string): void {
    if (line.trim() === "") return;
    try {
      const reply = parseReply(line, this.settings.metric);
      if (reply.id !== this.waiting?.id) {
        throw new CommandFailure(
          "accuracy/command-bad-reply",
          `the program replied to id ${reply.id}, which waits for nothing`,
        );
      }
      const waiting = this.take();
      if ("failure" in reply) waiting?.reject(reply.failure);
      else waiting?.resolve(reply.estimate);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      void this.stop(error);
    }
  }

  private take(): Waiting | undefined {
    const { waiting } = this;
    this.waiting = undefined;
    clearTimeout(waiting?.timer);
    return waiting;
  }
}
