import { readFileSync } from "node:fs";
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { file_onnx } from "../../../../src/workload/onnx/onnx_pb.ts";

/** Messages and fields of a text in the language of protocol buffers: "Message.field = number", with how often and of which type. */
function fieldsOfText(text: string): readonly string[] {
  const found: string[] = [];
  const open: { readonly kind: string; readonly name: string }[] = [];
  for (const line of text.replace(/\/\/.*$/gm, "").split("\n")) {
    const block = /^\s*(message|enum|oneof)\s+(\w+)/.exec(line);
    if (block !== null) open.push({ kind: block[1]!, name: block[2]! });
    const field = /^\s*(optional\s+|repeated\s+)?([\w.]+)\s+(\w+)\s*=\s*(\d+)\s*(?:\[.*\])?;/.exec(line);
    if (field !== null && open.at(-1)?.kind !== "enum") {
      const message = open.filter(({ kind }) => kind === "message").at(-1)!.name;
      const isList = field[1]?.trim() === "repeated";
      found.push(`${message}.${field[3]!} = ${field[4]!}${isList ? " repeated" : ""} ${field[2]!.split(".").at(-1)!}`);
    }
    if (/^\s*}/.test(line)) open.pop();
  }
  return found.sort();
}

const SCALARS: Readonly<Record<number, string>> = {
  ...{ 1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 9: "string", 12: "bytes" },
};

function typeOf({ message, enum: choice, scalar }: DescField): string {
  return message?.name ?? choice?.name ?? SCALARS[scalar ?? 0]!;
}

function fieldsOfMessages(messages: readonly DescMessage[]): readonly string[] {
  return messages.flatMap((message) => [
    ...message.fields.map((field) => {
      const isList = field.fieldKind === "list" ? " repeated" : "";
      return `${message.name}.${field.name} = ${field.number}${isList} ${typeOf(field)}`;
    }),
    ...fieldsOfMessages(message.nestedMessages),
  ]);
}

it("what was generated has the fields of the schema beside it, and the schema its licence", () => {
  const text = readFileSync(new URL("../../../../src/workload/onnx/onnx.proto", import.meta.url), "utf8");
  const fields = fieldsOfText(text);
  expect(fields.length).toBeGreaterThan(120);
  expect(fields).toContain("TensorProto.raw_data = 9 bytes");
  expect(fields).toContain("GraphProto.node = 1 repeated NodeProto");
  expect([...fieldsOfMessages(file_onnx.messages)].sort()).toEqual(fields);
  expect(text).toMatch(/^\/\/ SPDX-License-Identifier: Apache-2\.0$/m);
});
