import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Bytes that are read where they are wanted, and never all at once. */
export interface ByteSource {
  readonly size: number;
  /** `length` bytes from `at`, both within `size`; they hold until the next call. */
  readonly read: (at: number, length: number) => Uint8Array;
}

export function sourceOfBytes(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (at, length) => bytes.subarray(at, at + length) };
}

/** What a file says of itself that cannot be true, or that it is more than is read. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly isLimit: boolean;

  constructor(message: string, isLimit = false) {
    super(message);
    this.isLimit = isLimit;
  }
}

const WINDOW_BYTES = 256 * 1024;
/** A tag and a length, or a tag and a number, take at most so many bytes. */
const HEADER_BYTES = 20;

/** A field of a message: its number, how it is written, and where its value lies. */
export interface Field {
  readonly no: number;
  readonly wireType: WireType;
  /** Of the tag. */
  readonly start: number;
  /** Of the value; of a text, bytes or a message: behind its length. */
  readonly at: number;
  readonly length: number;
}

/** Walks the fields of messages in a source; no more than `mostFields` of them all together. */
export class FieldWalker {
  readonly #source: ByteSource;
  #fieldsLeft: number;
  #windowAt = 0;
  #reader = new BinaryReader(new Uint8Array(0));

  constructor(source: ByteSource, mostFields: number) {
    this.#source = source;
    this.#fieldsLeft = mostFields;
  }

  /** The fields of the message that lies at `from`. */
  *fields(from: number, length: number): Generator<Field, void, undefined> {
    const end = from + length;
    for (let at = from; at < end;) {
      if (--this.#fieldsLeft < 0) throw new WireError("has more fields than are read", true);
      const field = this.#field(at, end);
      yield field;
      at = field.at + field.length;
    }
  }

  /** Bytes of a value; a copy. */
  bytes(at: number, length: number): Uint8Array {
    return this.#source.read(at, length).slice();
  }

  #field(start: number, end: number): Field {
    const reader = this.#readerAt(start, end);
    const [no, wireType] = reader.tag();
    const at = this.#windowAt + reader.pos;
    const field = (from: number, length: number): Field => {
      if (from + length > end) throw new WireError(`ends within a field at byte ${start}`);
      return { no, wireType, start, at: from, length };
    };
    switch (wireType) {
      case WireType.Varint:
        reader.uint64();
        return field(at, this.#windowAt + reader.pos - at);
      case WireType.Bit64:
        return field(at, 8);
      case WireType.Bit32:
        return field(at, 4);
      case WireType.LengthDelimited: {
        const length = reader.uint32();
        return field(this.#windowAt + reader.pos, length);
      }
      default:
        throw new WireError(`has a group at byte ${start}, which ONNX does not use`);
    }
  }

  /** A reader whose place is `at`, with a whole header before it or all that is left. */
  #readerAt(at: number, end: number): BinaryReader {
    const inWindow = at - this.#windowAt;
    if (inWindow < 0 || inWindow + Math.min(HEADER_BYTES, end - at) > this.#reader.len) {
      const length = Math.min(WINDOW_BYTES, this.#source.size - at);
      this.#reader = new BinaryReader(this.#source.read(at, length).slice());
      this.#windowAt = at;
    }
    this.#reader.pos = at - this.#windowAt;
    return this.#reader;
  }
}

/**
 * What of a message is kept, by the numbers of its fields: all of a field, what is named of a message in it, or a field
 * where it is short. Whatever is not named is skipped.
 */
export type Outline = ReadonlyMap<number, "all" | "short" | Outline>;

/** A field that is kept where it is short has at most so many bytes. */
const SHORT_BYTES = 16 * 1024;

/**
 * The bytes of a message with what its outline names alone; where they lie, they are a message of the same kind.
 *
 * @param most  bytes that are kept at most
 * @throws WireError where more would be kept
 */
export function outlined(
  walker: FieldWalker,
  outline: Outline,
  from: number,
  length: number,
  most: number,
): Uint8Array {
  const writer = new BinaryWriter();
  let left = most;
  const copy = (part: Outline, at: number, size: number): void => {
    for (const field of walker.fields(at, size)) {
      const kept = part.get(field.no);
      if (kept === undefined || (kept === "short" && field.length > SHORT_BYTES)) continue;
      const isMessage = typeof kept !== "string";
      left -= field.at - field.start + (isMessage ? 0 : field.length);
      if (left < 0) throw new WireError(`holds more than ${most} bytes beside its numbers at byte ${from}`, true);
      writer.tag(field.no, field.wireType);
      if (isMessage) {
        if (field.wireType !== WireType.LengthDelimited)
          throw new WireError(`has a number where a message belongs at byte ${field.start}`);
        writer.fork();
        copy(kept, field.at, field.length);
        writer.join();
      } else if (field.wireType === WireType.LengthDelimited) writer.bytes(walker.bytes(field.at, field.length));
      else writer.raw(walker.bytes(field.at, field.length));
    }
  };
  copy(outline, from, length);
  return writer.finish();
}
