package dev.cofre.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.CofreException.Kind;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.problem.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class StreamExchangeTest extends OneClient {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 65_537, 40_000_001})
  void aStreamOfAnyLengthComesBack(int length) throws IOException {
    byte[] plaintext = new byte[length];
    new Random(length).nextBytes(plaintext);
    ByteArrayOutputStream envelope = new ByteArrayOutputStream();
    client
        .blocking()
        .encrypt("demo", new ByteArrayInputStream(plaintext), envelope, Map.of("a", "b"));
    assertEquals(EnvelopeFormat.envelopeLength(length), envelope.size());
    ByteArrayOutputStream decrypted = new ByteArrayOutputStream();
    client
        .blocking()
        .decrypt(new ByteArrayInputStream(envelope.toByteArray()), decrypted, Map.of("a", "b"));
    assertArrayEquals(plaintext, decrypted.toByteArray());
  }

  @Test
  void anEnvelopeDamagedAtItsEndIsAFailureAfterMuchWasWritten() throws IOException {
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    client
        .blocking()
        .encrypt("demo", new ByteArrayInputStream(new byte[1_000_000]), sealed, Map.of());
    byte[] envelope = sealed.toByteArray();
    envelope[envelope.length - 1] ^= 1;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CofreException failure =
        assertThrows(
            CofreException.class,
            () -> client.blocking().decrypt(new ByteArrayInputStream(envelope), out, Map.of()));
    assertEquals(Kind.CUT_SHORT, failure.kind());
    assertTrue(out.size() < 1_000_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
        "Transfer-Encoding: chunked\r\n\r\n",
        "Content-Length: 5\r\n\r\nabc"
      })
  void aCutAnswerIsAFailure(String answer) {
    assertEquals(Kind.CUT_SHORT, kindOfAnswer("HTTP/1.1 200 OK\r\n" + answer));
  }

  @Test
  void anAnswerWhoseEndCannotBeToldFromACutIsAFailure() {
    assertEquals(Kind.PROTOCOL, kindOfAnswer("HTTP/1.1 200 OK\r\n\r\nabc"));
  }

  @Test
  void aBrokenChunkIsAFailure() {
    assertEquals(
        Kind.PROTOCOL,
        kindOfAnswer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"));
  }

  @Test
  void aConnectionClosedWithoutAnAnswerIsUnreachable() {
    assertEquals(Kind.UNREACHABLE, kindOfAnswer(""));
  }

  private static Kind kindOfAnswer(String answer) {
    try (ScriptedServer server = ScriptedServer.answering(vertx, answer);
        CofreClient other = CofreClient.create(vertx, server.endpoint())) {
      return assertThrows(
              CofreException.class,
              () ->
                  other
                      .blocking()
                      .decrypt(
                          new ByteArrayInputStream(new byte[9]),
                          OutputStream.nullOutputStream(),
                          Map.of()))
          .kind();
    }
  }

  @Test
  void anAnswerThatEndsBeforeTheRequestIsAFailure() {
    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    try (ScriptedServer hasty =
            ScriptedServer.start(vertx, (socket, received) -> socket.write(answer));
        CofreClient other = CofreClient.create(vertx, hasty.endpoint())) {
      CofreException failure =
          assertThrows(
              CofreException.class,
              () ->
                  other
                      .blocking()
                      .decrypt(new Endless(), OutputStream.nullOutputStream(), Map.of()));
      assertEquals(Kind.PROTOCOL, failure.kind());
    }
  }

  @Test
  void aServiceThatDiesWhileMuchIsQueuedCutsTheAnswerShort() {
    String begun = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
    try (ScriptedServer dying =
            ScriptedServer.start(
                vertx,
                (socket, received) -> {
                  socket.pause();
                  socket.write(begun);
                  vertx.setTimer(1_000, timer -> socket.close());
                });
        CofreClient other = CofreClient.create(vertx, dying.endpoint())) {
      CofreException failure =
          assertThrows(
              CofreException.class,
              () ->
                  other
                      .blocking()
                      .decrypt(new Endless(), OutputStream.nullOutputStream(), Map.of()));
      assertEquals(Kind.CUT_SHORT, failure.kind(), failure::toString);
    }
  }

  @Test
  void aRefusalEndsAnEndlessRequest() {
    CofreException failure =
        assertThrows(
            CofreException.class,
            () ->
                client
                    .blocking()
                    .encrypt("other", new Endless(), OutputStream.nullOutputStream(), Map.of()));
    assertEquals(ErrorCode.KEY_NOT_FOUND, failure.code().orElseThrow());
  }

  @Test
  void aSourceThatFailsNeverLooksLikeItsEnd() throws InterruptedException {
    IOException broken = new IOException("the disk is gone");
    InputStream source =
        new SequenceInputStream(
            new ByteArrayInputStream(new byte[10]),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw broken;
              }

              @Override
              public int read(byte[] out, int offset, int length) throws IOException {
                throw broken;
              }
            });
    CountDownLatch closed = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    try (ScriptedServer server =
            ScriptedServer.start(
                vertx,
                (socket, received) -> {
                  socket.closeHandler(close -> closed.countDown());
                  ended.set(received.toString().endsWith("0\r\n\r\n"));
                });
        CofreClient other = CofreClient.create(vertx, server.endpoint())) {
      IOException failure =
          assertThrows(
              IOException.class,
              () ->
                  other
                      .blocking()
                      .encrypt("demo", source, OutputStream.nullOutputStream(), Map.of()));
      assertSame(broken, failure);
      assertTrue(closed.await(90, TimeUnit.SECONDS));
      assertFalse(ended.get());
    }
  }

  @Test
  void aSinkThatFailsEndsTheExchange() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    assertThrows(
        IOException.class,
        () -> client.blocking().encrypt("demo", new Endless(), broken, Map.of()));
  }

  @Test
  void anAnswerOfTheWrongLengthIsAFailureThoughItEndedWell() throws IOException {
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    client.blocking().encrypt("demo", new ByteArrayInputStream(new byte[9]), sealed, Map.of());
    String answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    try (ScriptedServer server = ScriptedServer.answering(vertx, answer);
        CofreClient other = CofreClient.create(vertx, server.endpoint())) {
      CofreException failure =
          assertThrows(
              CofreException.class,
              () ->
                  other
                      .blocking()
                      .decrypt(
                          new ByteArrayInputStream(sealed.toByteArray()),
                          OutputStream.nullOutputStream(),
                          Map.of()));
      assertEquals(Kind.CUT_SHORT, failure.kind());
    }
  }

  /** Zeros without end, counting what was read. */
  static final class Endless extends InputStream {
    private volatile long readBytes;

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    public int read(byte[] out, int offset, int length) {
      readBytes += length;
      return length;
    }

    long readBytes() {
      return readBytes;
    }
  }
}
