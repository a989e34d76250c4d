package dev.cofre.loadtest.observe;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Each request is answered by two bytes. */
final class NullHttp implements NullAnswers {
  private static final byte[] OK =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);

  @Override
  public boolean answer(ByteBuffer in, ByteBuffer out) {
    int end = endOfHead(in);
    if (end < 0) {
      return false;
    }
    String head =
        StandardCharsets.ISO_8859_1
            .decode(in.slice(in.position(), end - in.position()))
            .toString()
            .toLowerCase(Locale.ROOT);
    int at = head.indexOf("content-length:");
    int length =
        at < 0 ? 0 : Integer.parseInt(head.substring(at + 15, head.indexOf('\r', at)).strip());
    if (in.limit() - end < length) {
      return false;
    }
    in.position(end + length);
    out.put(OK);
    return true;
  }

  private static int endOfHead(ByteBuffer in) {
    for (int i = in.position(); i + 3 < in.limit(); i++) {
      if (in.get(i) == '\r' && in.getInt(i) == 0x0d0a0d0a) {
        return i + 4;
      }
    }
    return -1;
  }
}
