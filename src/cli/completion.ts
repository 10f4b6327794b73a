import { Argument, type Command, type Option } from "commander";
import { printJson } from "./output.ts";
import { dataToStdout } from "./print.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** Commands with their options, as the shells need them. */
interface Words {
  readonly name: string;
  readonly description: string;
  readonly options: readonly {
    readonly flag: string;
    readonly description: string;
    readonly choices: readonly string[];
  }[];
  /** Words that its arguments may be, and its own commands. */
  readonly words: readonly string[];
}

/** Adds the command last, since it tells what the others take. */
export function addCompletionCommand(program: Command): void {
  program
    .command("completion")
    .description("Prints what a shell needs to complete commands, options and their values.")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      `
Examples:
  ecotile completion fish > ~/.config/fish/completions/ecotile.fish
  ecotile completion zsh > "\${fpath[1]}/_ecotile"
  source <(ecotile completion bash)`,
    )
    .option("--json", "the script in one JSON document, with the words that it completes")
    .action((shell: Shell, { json }: { readonly json?: boolean }) => {
      const commands = program.commands.map(wordsOf);
      const script = SCRIPTS[shell](commands);
      if (json === true) printJson({ shell, script, commands });
      else dataToStdout(script);
    });
}

function wordsOf(command: Command): Words {
  const options = command.options.filter(({ long }) => long !== undefined && long !== null);
  return {
    name: command.name(),
    description: command.description(),
    options: [...options.map(optionOf), { flag: "--help", description: "display help", choices: [] }],
    words: [
      ...command.commands.map((each) => each.name()),
      ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    ],
  };
}

function optionOf({ long, description, argChoices }: Option): Words["options"][number] {
  return { flag: long!, description, choices: argChoices ?? [] };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** After a file name or a value the shell's own completion of files goes on. */
const SCRIPTS: Readonly<Record<Shell, (commands: readonly Words[]) => string>> = {
  bash: (commands) => `_ecotile() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${commands.map(({ name }) => name).join(" ")}"
  else
    case "\${COMP_WORDS[1]} $before" in
${commands
  .flatMap(({ name, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(({ flag, choices }) => `      "${name} ${flag}") words="${choices.join(" ")}" ;;`),
  )
  .join("\n")}
    esac
    if [ -z "$words" ]; then
      case "\${COMP_WORDS[1]}" in
${commands
  .map(
    ({ name, options, words }) =>
      `        ${name}) words="${[...words, ...options.map(({ flag }) => flag)].join(" ")}" ;;`,
  )
  .join("\n")}
      esac
    fi
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$word") )
}
complete -o default -F _ecotile ecotile
`,
  zsh: (commands) => `#compdef ecotile
_ecotile() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description.replaceAll(":", "\\:")}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  case "$words[2]" in
${commands
  .map(({ name, options, words }) => {
    const flags = options.map(({ flag, description, choices }) => {
      const note = description.replaceAll(/[[\]:]/g, " ");
      return `      ${quoted(`${flag}[${note}]${choices.length === 0 ? "" : `:value:(${choices.join(" ")})`}`)}`;
    });
    const rest = words.length === 0 ? "'*:file:_files'" : `'*:argument:(${words.join(" ")})'`;
    return `    ${name})\n      _arguments \\\n${flags.map((flag) => `${flag} \\`).join("\n")}\n      ${rest} ;;`;
  })
  .join("\n")}
  esac
}
compdef _ecotile ecotile
`,
  fish: (commands) =>
    `${[
      ...commands.map(
        ({ name, description }) => `complete -c ecotile -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ),
      ...commands.flatMap(({ name, options, words }) => [
        ...(words.length === 0
          ? []
          : [`complete -c ecotile -n '__fish_seen_subcommand_from ${name}' -a ${quoted(words.join(" "))}`]),
        ...options.map(
          ({ flag, description, choices }) =>
            `complete -c ecotile -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}${choices.length === 0 ? "" : ` -x -a ${quoted(choices.join(" "))}`} -d ${quoted(description)}`,
        ),
      ]),
    ].join("\n")}\n`,
};
