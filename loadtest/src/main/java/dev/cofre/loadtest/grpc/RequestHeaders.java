package dev.cofre.loadtest.grpc;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes the header blocks of calls (RFC 7541), one after another: a field that both sides hold in
 * their tables is named by its place there. Not thread-safe.
 */
final class RequestHeaders {
  private static final int TABLE_BYTES = 4_096;
  private static final int ENTRY_BYTES = 32;

  /** The first place behind the static table. */
  private static final int DYNAMIC = 62;

  private static final int METHOD_POST = 0x83;
  private static final int SCHEME_HTTP = 0x86;
  private static final int SCHEME_HTTPS = 0x87;
  private static final int PATH = 4;
  private static final int AUTHORITY = 1;
  private static final int CONTENT_TYPE = 31;
  private static final int AUTHORIZATION = 23;
  private static final int NEW_NAME = 0;

  private final String authority;
  private final boolean secure;
  private final Map<String, Integer> places = new HashMap<>();
  private int tableBytesMax = TABLE_BYTES;
  private int tableBytes;
  private int entries;
  private boolean shrunk;

  RequestHeaders(String authority, boolean secure) {
    this.authority = authority;
    this.secure = secure;
  }

  /** The target's table holds {@code bytes}: with less than the usual it is not used at all. */
  void tableHolds(long bytes) {
    if (bytes < TABLE_BYTES && entries == 0) {
      tableBytesMax = 0;
      shrunk = true;
    }
  }

  /** The block of {@code call}. */
  void write(ByteBuf out, GrpcCall call) {
    if (shrunk) {
      out.writeByte(0x20);
      shrunk = false;
    }
    out.writeByte(METHOD_POST).writeByte(secure ? SCHEME_HTTPS : SCHEME_HTTP);
    field(out, PATH, ":path", call.path());
    field(out, AUTHORITY, ":authority", authority);
    field(out, CONTENT_TYPE, "content-type", "application/grpc");
    field(out, NEW_NAME, "te", "trailers");
    if (call.authorization() != null) {
      field(out, AUTHORIZATION, "authorization", call.authorization());
    }
  }

  /** The n-th entry stands the farther back the more came after it. */
  private void field(ByteBuf out, int nameIndex, String name, String value) {
    Integer entry = places.get(value);
    if (entry != null) {
      integer(out, 0x80, 7, DYNAMIC + entries - 1 - entry);
      return;
    }
    int bytes = name.length() + value.length() + ENTRY_BYTES;
    boolean kept = tableBytes + bytes <= tableBytesMax;
    integer(out, kept ? 0x40 : 0, kept ? 6 : 4, nameIndex);
    if (nameIndex == NEW_NAME) {
      text(out, name);
    }
    text(out, value);
    if (kept) {
      tableBytes += bytes;
      places.put(value, entries++);
    }
  }

  private static void text(ByteBuf out, String text) {
    integer(out, 0, 7, text.length());
    out.writeCharSequence(text, StandardCharsets.US_ASCII);
  }

  /** RFC 7541, 5.1. */
  private static void integer(ByteBuf out, int pattern, int prefixBits, int value) {
    int most = (1 << prefixBits) - 1;
    if (value < most) {
      out.writeByte(pattern | value);
      return;
    }
    out.writeByte(pattern | most);
    int rest = value - most;
    for (; rest >= 128; rest >>>= 7) {
      out.writeByte((rest & 0x7f) | 0x80);
    }
    out.writeByte(rest);
  }
}
