package dev.cofre.dataplane.server.rehearsal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * Gathers one HTTP/1.1 answer of our own listener: by its length or its chunks, without trailers
 * (RFC 9112, sections 6 and 7). Not thread-safe.
 */
final class AnswerBuffer {
  private static final String OK = "HTTP/1.1 200 ";
  private static final String LENGTH = "\r\ncontent-length:";
  private static final int HEAD_MAX = 4 * 1024;
  private static final int CHUNK_LINE_MAX = 10;
  private static final int HEX = 16;

  private final byte[] bytes;
  private int length;
  private int bodyStart;
  private int bodyLength;
  private int next;
  private boolean chunked;
  private boolean complete;

  AnswerBuffer(int bytesMax) {
    this.bytes = new byte[bytesMax];
  }

  void clear() {
    length = 0;
    bodyStart = 0;
    bodyLength = 0;
    complete = false;
  }

  boolean isComplete() {
    return complete;
  }

  /** Takes what {@code piece} holds. */
  void take(ByteBuffer piece) throws IOException {
    int count = piece.remaining();
    if (complete || count > bytes.length - length) {
      throw new IOException("an answer is longer than expected");
    }
    piece.get(bytes, length, count);
    length += count;
    if (bodyStart == 0) {
      readHead();
    }
    if (bodyStart > 0) {
      readBody();
    }
  }

  private void readHead() throws IOException {
    String head = new String(bytes, 0, Math.min(length, HEAD_MAX), ISO_8859_1);
    int end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      return;
    }
    if (!head.startsWith(OK)) {
      throw new IOException("an answer begins with " + head.lines().findFirst().orElse(""));
    }
    bodyStart = end + 4;
    next = bodyStart;
    int field = head.toLowerCase(Locale.ROOT).indexOf(LENGTH);
    chunked = field < 0 || field > end;
    if (!chunked) {
      int from = field + LENGTH.length();
      bodyLength = Integer.parseInt(head, from + 1, head.indexOf("\r\n", from), 10);
    }
  }

  private void readBody() throws IOException {
    if (!chunked) {
      complete = length == bodyStart + bodyLength;
      return;
    }
    for (int line = lineEnd(); line > 0 && !complete; line = lineEnd()) {
      int chunk =
          Integer.parseInt(new String(bytes, next, line - next, ISO_8859_1), 0, line - next, HEX);
      int after = line + 2 + chunk + 2;
      if (after > length) {
        return;
      }
      // Chunks move together, so that the body lies in one piece.
      System.arraycopy(bytes, line + 2, bytes, bodyStart + bodyLength, chunk);
      bodyLength += chunk;
      next = after;
      complete = chunk == 0;
    }
  }

  /** Where the line that tells a chunk's length ends, or 0 when it is not there yet. */
  private int lineEnd() throws IOException {
    for (int i = next; i + 1 < length; i++) {
      if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
        return i;
      }
      if (i - next > CHUNK_LINE_MAX) {
        throw new IOException("a chunk of an answer has no length");
      }
    }
    return 0;
  }

  /** The body of the complete answer. */
  byte[] body() {
    return Arrays.copyOfRange(bytes, bodyStart, bodyStart + bodyLength);
  }
}
