package dev.cofre.dataplane.server.rehearsal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class AnswerBufferTest {
  private static final String CHUNKED =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nb\r\n0\r\n\r\n0\r\n\r\nx\r\n0\r\n\r\n";
  private static final String WHOLE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde";

  private final AnswerBuffer answer = new AnswerBuffer(1_024);

  @Test
  void readsByLengthAndByChunksHoweverTheyAreSplit() throws Exception {
    for (int piece = 1; piece < CHUNKED.length(); piece++) {
      assertEquals("abc0\r\n\r\n0\r\n\r\nx", body(CHUNKED, piece));
      assertEquals("abcde", body(WHOLE, piece));
    }
  }

  @Test
  void isNotCompleteBeforeTheLastChunk() throws Exception {
    answer.take(bytes(CHUNKED.substring(0, CHUNKED.length() - 1)));
    assertFalse(answer.isComplete());
  }

  @Test
  void refusesAnotherStatusAndTooMuch() {
    assertThrows(
        IOException.class,
        () -> answer.take(bytes("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")));
    answer.clear();
    assertThrows(IOException.class, () -> answer.take(ByteBuffer.allocate(1_025)));
  }

  private String body(String text, int piece) throws IOException {
    answer.clear();
    for (int at = 0; at < text.length(); at += piece) {
      answer.take(bytes(text.substring(at, Math.min(text.length(), at + piece))));
    }
    assertTrue(answer.isComplete());
    return new String(answer.body(), ISO_8859_1);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }
}
