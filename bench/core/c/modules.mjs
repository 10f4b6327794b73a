import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

/** Something in the sources that has no translation; the message begins with file:line:column. */
export class TranslationError extends Error {
  name = "TranslationError";
}

export function fail(node, message) {
  const source = node.getSourceFile();
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
  throw new TranslationError(`${source.fileName}:${line + 1}:${character + 1}: ${message}`);
}

/**
 * Reads a file and all that it imports.
 *
 * @param entry  path of the entry file
 * @returns      modules in the order in which they are initialised: each after those that it imports. A module's `names`
 *               maps what its text may say to a declaration { module, name, kind, node }, or to the place of an import.
 */
export function readModules(entry) {
  const root = dirname(entry);
  const modules = [];
  const seen = new Map();
  const read = (file) => {
    const known = seen.get(file);
    if (known !== undefined) return known;
    const shown = relative(root, file);
    const source = ts.createSourceFile(
      file,
      readFileSync(file, "utf8"),
      ts.ScriptTarget.Latest,
      true,
      ts.ScriptKind.TS,
    );
    const [broken] = source.parseDiagnostics;
    if (broken !== undefined) {
      const { line, character } = source.getLineAndCharacterOfPosition(broken.start);
      const text = ts.flattenDiagnosticMessageText(broken.messageText, "\n");
      throw new TranslationError(`${file}:${line + 1}:${character + 1}: ${text}`);
    }
    const prefix = shown.replace(/\.ts$/, "").replace(/[^A-Za-z0-9]+/g, "_");
    const module = { file, prefix, source, names: new Map() };
    seen.set(file, module);
    for (const statement of source.statements) {
      if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) link(module, statement, read);
      else declare(module, statement);
    }
    modules.push(module);
    return module;
  };
  read(entry);
  return modules;
}

function link(module, statement, read) {
  if (statement.moduleSpecifier === undefined) fail(statement, "an export list without `from` is not translated");
  const path = join(dirname(module.file), statement.moduleSpecifier.text);
  const file = [path, `${path}.ts`].find((each) => each.endsWith(".ts") && existsSync(each));
  if (file === undefined) fail(statement.moduleSpecifier, `no file ${path}.ts`);
  const from = read(file);
  if (ts.isExportDeclaration(statement)) {
    if (statement.exportClause === undefined || !ts.isNamedExports(statement.exportClause)) {
      fail(statement, "`export *` is not translated");
    }
    for (const { name, propertyName } of statement.exportClause.elements) {
      module.names.set(name.text, { from, name: (propertyName ?? name).text });
    }
    return;
  }
  const bindings = statement.importClause?.namedBindings;
  if (statement.importClause?.name !== undefined) fail(statement, "a default import is not translated");
  if (bindings === undefined) return;
  if (ts.isNamespaceImport(bindings)) module.names.set(bindings.name.text, { kind: "namespace", from });
  else {
    for (const { name, propertyName } of bindings.elements) {
      module.names.set(name.text, { from, name: (propertyName ?? name).text });
    }
  }
}

function declare(module, statement) {
  const add = (name, kind, node) => {
    module.names.set(name, { module, name, kind, node, c: `${module.prefix}__${name}` });
  };
  if (ts.isVariableStatement(statement)) {
    const kind = statement.declarationList.flags & ts.NodeFlags.Const ? "const" : "let";
    for (const declaration of statement.declarationList.declarations) add(declaration.name.text, kind, declaration);
  } else if (ts.isFunctionDeclaration(statement)) add(statement.name.text, "function", statement);
  else if (ts.isEnumDeclaration(statement)) add(statement.name.text, "enum", statement);
  else if (ts.isTypeAliasDeclaration(statement)) add(statement.name.text, "type", statement);
}

/** The declaration that `name` means in a module, through imports; undefined where it has none. */
export function resolve(module, name) {
  const found = module.names.get(name);
  if (found === undefined || found.kind !== undefined) return found;
  return resolve(found.from, found.name);
}
