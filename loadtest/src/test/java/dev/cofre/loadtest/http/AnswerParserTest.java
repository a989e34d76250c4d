package dev.cofre.loadtest.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.GarbledAnswerException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerParserTest {
  private static final HttpCall CALL =
      HttpCall.post(URI.create("http://host:1/path"), Map.of(), new byte[0])
          .expecting("hello world".getBytes(ISO_8859_1));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
        "HTTP/1.1 200 OK\r\nCONTENT-LENGTH:11\r\nX: y\r\n\r\nhello world",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nB\r\nhello world\r\n0\r\nTrailer: 1\r\n\r\n"
      })
  void anAnswerIsReadHoweverItIsCut(String answer) throws Exception {
    byte[] bytes = answer.getBytes(ISO_8859_1);
    for (int cut = 0; cut < bytes.length; cut++) {
      AnswerParser parser = new AnswerParser();
      parser.expect(CALL);
      assertFalse(parser.read(ByteBuffer.wrap(bytes, 0, cut)), "cut at " + cut);
      assertTrue(parser.read(ByteBuffer.wrap(bytes, cut, bytes.length - cut)));
      assertEquals(200, parser.status());
      assertTrue(parser.isAsExpected());
      assertFalse(parser.isLast());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello wOrld",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello worl",
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello world!",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
      })
  void anotherBodyIsNotAsExpected(String answer) throws Exception {
    AnswerParser parser = new AnswerParser();
    parser.expect(CALL);
    assertTrue(parser.read(ByteBuffer.wrap(answer.getBytes(ISO_8859_1))));
    assertFalse(parser.isAsExpected());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 abc OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
      })
  void whatIsNoAnswerIsGarbled(String answer) {
    AnswerParser parser = new AnswerParser();
    parser.expect(CALL);
    assertThrows(
        GarbledAnswerException.class,
        () -> parser.read(ByteBuffer.wrap(answer.getBytes(ISO_8859_1))));
  }

  @Test
  void aProblemHasItsCode() throws Exception {
    String body = "{\"title\":\"x\",\"code\":\"hsm_unavailable\"}";
    String head = "HTTP/1.1 503 x\r\nConnection: Close\r\nContent-Length: " + body.length();
    AnswerParser parser = new AnswerParser();
    parser.expect(CALL);
    assertTrue(parser.read(ByteBuffer.wrap((head + "\r\n\r\n" + body).getBytes(ISO_8859_1))));
    assertEquals("hsm_unavailable", parser.problemCode());
    assertTrue(parser.isLast());
  }
}
