package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A list of CK_ATTRIBUTE: each type (8 bytes) ‖ pointer (8) ‖ length (8). Not thread-safe; lives as
 * long as its arena.
 */
final class Template {
  static final long CKA_CLASS = 0x0;
  static final long CKA_TOKEN = 0x1;
  static final long CKA_PRIVATE = 0x2;
  static final long CKA_LABEL = 0x3;
  static final long CKA_VALUE = 0x11;
  static final long CKA_KEY_TYPE = 0x100;
  static final long CKA_ID = 0x102;
  static final long CKA_SENSITIVE = 0x103;
  static final long CKA_ENCRYPT = 0x104;
  static final long CKA_DECRYPT = 0x105;
  static final long CKA_WRAP = 0x106;
  static final long CKA_UNWRAP = 0x107;
  static final long CKA_SIGN = 0x108;
  static final long CKA_MODULUS = 0x120;
  static final long CKA_MODULUS_BITS = 0x121;
  static final long CKA_PUBLIC_EXPONENT = 0x122;
  static final long CKA_VALUE_LEN = 0x161;
  static final long CKA_EXTRACTABLE = 0x162;
  static final long CKA_LOCAL = 0x163;
  static final long CKA_NEVER_EXTRACTABLE = 0x164;
  static final long CKO_PUBLIC_KEY = 2;
  static final long CKO_PRIVATE_KEY = 3;
  static final long CKO_SECRET_KEY = 4;
  static final long CKK_RSA = 0;
  static final long CKK_AES = 0x1F;

  private static final long ATTRIBUTE_LENGTH = 24;
  private static final long POINTER_OFFSET = 8;
  private static final long LENGTH_OFFSET = 16;

  private final Arena arena;
  private final List<Long> types = new ArrayList<>();
  private final List<MemorySegment> values = new ArrayList<>();

  Template(Arena arena) {
    this.arena = arena;
  }

  Template number(long type, long value) {
    return add(type, arena.allocateFrom(JAVA_LONG, value));
  }

  Template flag(long type, boolean value) {
    return add(type, arena.allocateFrom(JAVA_BYTE, (byte) (value ? 1 : 0)));
  }

  Template text(long type, String value) {
    return bytes(type, value.getBytes(StandardCharsets.UTF_8));
  }

  Template bytes(long type, byte[] value) {
    return add(type, arena.allocateFrom(JAVA_BYTE, value));
  }

  /** Room for a value of at most {@code length} bytes, which the token fills in. */
  Template room(long type, long length) {
    return add(type, arena.allocate(length));
  }

  /** A value that stays where it is, for secrets. */
  Template memory(long type, MemorySegment value) {
    return add(type, value);
  }

  private Template add(long type, MemorySegment value) {
    types.add(type);
    values.add(value);
    return this;
  }

  long count() {
    return types.size();
  }

  /** The C array. */
  MemorySegment segment() {
    MemorySegment array = arena.allocate(ATTRIBUTE_LENGTH * count(), Long.BYTES);
    for (int i = 0; i < types.size(); i++) {
      array.set(JAVA_LONG, i * ATTRIBUTE_LENGTH, types.get(i));
      array.set(ADDRESS, i * ATTRIBUTE_LENGTH + POINTER_OFFSET, values.get(i));
      array.set(JAVA_LONG, i * ATTRIBUTE_LENGTH + LENGTH_OFFSET, values.get(i).byteSize());
    }
    return array;
  }

  /** The length that the token has set for the first attribute of {@code array}. */
  static long length(MemorySegment array) {
    return array.get(JAVA_LONG, LENGTH_OFFSET);
  }

  /** The memory of the first value. */
  MemorySegment first() {
    return values.getFirst();
  }
}
