package dev.cofre.loadtest.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** HTTP/1.1 with keep-alive: one request again and again. Not thread-safe. */
final class HttpTalk implements WireTalk {
  private static final String LENGTH = "\r\ncontent-length: ";

  private final byte[] request;
  private long missing;

  HttpTalk(byte[] request) {
    this.request = request;
  }

  /** The bytes of a POST. */
  static byte[] post(String authority, String path, String token, String contentType, byte[] body) {
    byte[] head =
        "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, authority, token, contentType, body.length)
            .getBytes(StandardCharsets.US_ASCII);
    byte[] request = java.util.Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return request;
  }

  @Override
  public byte[] greeting() {
    return new byte[0];
  }

  @Override
  public void request(ByteBuf out) {
    out.writeBytes(request);
  }

  @Override
  public int read(ByteBuf in, ByteBuf out) {
    int answers = 0;
    while (in.isReadable()) {
      if (missing == 0 && !head(in)) {
        break;
      }
      int count = (int) Math.min(missing, in.readableBytes());
      in.skipBytes(count);
      missing -= count;
      if (missing == 0) {
        answers++;
      }
    }
    return answers;
  }

  private boolean head(ByteBuf in) {
    int end = end(in);
    if (end < 0) {
      return false;
    }
    String head = in.readCharSequence(end - in.readerIndex(), StandardCharsets.US_ASCII).toString();
    int at = head.toLowerCase(java.util.Locale.ROOT).indexOf(LENGTH);
    if (!head.startsWith("HTTP/1.1 200") || at < 0) {
      throw new IllegalStateException("not as expected: " + head.lines().findFirst().orElse(""));
    }
    int from = at + LENGTH.length();
    missing = Long.parseLong(head.substring(from, head.indexOf('\r', from)));
    if (missing == 0) {
      throw new IllegalStateException("an answer without a body");
    }
    return true;
  }

  private static int end(ByteBuf in) {
    for (int i = in.readerIndex(); i + 3 < in.writerIndex(); i++) {
      if (in.getByte(i) == '\r' && in.getInt(i) == 0x0D0A0D0A) {
        return i + 4;
      }
    }
    return -1;
  }
}
