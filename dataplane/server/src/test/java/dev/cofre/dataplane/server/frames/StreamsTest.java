package dev.cofre.dataplane.server.frames;

import static dev.cofre.dataplane.server.frames.FramesTest.bytes;
import static dev.cofre.dataplane.server.frames.FramesTest.decrypt;
import static dev.cofre.dataplane.server.frames.FramesTest.encrypt;
import static dev.cofre.dataplane.server.frames.FramesTest.ok;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.contract.frames.Streams;
import dev.cofre.dataplane.server.frames.FrameSocket.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is longer than a frame, under credit. */
@Timeout(240)
class StreamsTest extends OneSocketEach {
  private static final int STREAM = 77;
  private static final int CHUNK = 10_000;
  private static final EncryptionContext CONTEXT = EncryptionContext.of(Map.of("file", "long"));

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_000})
  void whatGoesInComesOut(int length) throws IOException {
    byte[] plaintext = bytes(length);
    byte[] envelope = transfer(Streams.ENCRYPT, "demo", plaintext);
    assertEquals(EnvelopeFormat.envelopeLength(length), envelope.length);
    assertArrayEquals(plaintext, transfer(Streams.DECRYPT, "", envelope));
    byte[] again = transfer(Streams.REENCRYPT, "demo", envelope);
    assertEquals(envelope.length, again.length);
    assertArrayEquals(plaintext, transfer(Streams.DECRYPT, "", again));
    if (length <= 65_536) {
      assertArrayEquals(plaintext, ok(socket.call(decrypt().context(CONTEXT).frame(1, again)), 1));
    }
  }

  @Test
  void withoutCreditNothingComesAndOtherRequestsGoOn() throws IOException {
    open(Streams.ENCRYPT, "demo", 1);
    ok(socket.read(), STREAM);
    data(bytes(100_000), 0, 100_000, true);
    Frame header = socket.read();
    assertEquals(EnvelopeFormat.HEADER_LENGTH, header.body().length);
    ok(socket.call(encrypt("demo").frame(5, bytes(3))), 5);
    int received = header.body().length;
    boolean ended = false;
    while (!ended) {
      socket.send(RequestWriter.credit(STREAM, 65_552));
      Frame frame = socket.read();
      while (frame.type() == (FrameType.STREAM_CREDIT | FrameType.ANSWER)) {
        frame = socket.read();
      }
      received += frame.body().length;
      ended = (frame.flags() & FrameFormat.FLAG_END) != 0;
    }
    assertEquals(EnvelopeFormat.envelopeLength(100_000), received);
  }

  @Test
  void moreThanTheCreditEndsTheStreamAlone() throws IOException {
    open(Streams.ENCRYPT, "demo", 0);
    ok(socket.read(), STREAM);
    for (int sent = 0; sent <= Streams.CREDIT_BYTES; sent += 50_000) {
      data(bytes(50_000), 0, 50_000, false);
    }
    Frame frame = socket.read();
    while (frame.status() == 0) {
      frame = socket.read();
    }
    assertEquals("invalid_request", frame.code());
    ok(socket.call(encrypt("demo").frame(5, bytes(3))), 5);
  }

  @Test
  void aChangedEnvelopeEndsWithAnError() throws IOException {
    byte[] envelope = transfer(Streams.ENCRYPT, "demo", bytes(300_000));
    byte[] changed = envelope.clone();
    changed[250_000] ^= 1;
    assertEquals("invalid_ciphertext", failure(Streams.DECRYPT, changed));
    assertEquals("invalid_ciphertext", failure(Streams.DECRYPT, Arrays.copyOf(envelope, 200_000)));
    assertEquals("invalid_ciphertext", failure(Streams.DECRYPT, new byte[10]));
    assertEquals(
        "invalid_ciphertext",
        failure(Streams.DECRYPT, Arrays.copyOf(envelope, envelope.length + 1)));
    assertTrue(
        node.auditLines().stream()
            .anyMatch(line -> line.contains("\"phase\":\"end\"") && line.contains("failed")));
  }

  @Test
  void aStreamThatMayNotBeginSaysSo() throws IOException {
    open(Streams.ENCRYPT, "absent", 100);
    assertEquals("key_not_found", socket.read().code());
    open(4, "demo", 100);
    assertEquals("invalid_request", socket.read().code());
  }

  @Test
  void cancelEndsIt() throws IOException {
    open(Streams.ENCRYPT, "demo", 0);
    ok(socket.read(), STREAM);
    socket.send(RequestWriter.of(FrameType.CANCEL).frame(STREAM));
    Frame frame = socket.read();
    while (frame.status() == 0) {
      frame = socket.read();
    }
    assertEquals("cancelled", frame.code());
    open(Streams.ENCRYPT, "demo", 0);
    ok(socket.read(), STREAM);
  }

  private String failure(int operation, byte[] input) throws IOException {
    try {
      transfer(operation, "", input);
      return "ok";
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private void open(int operation, String key, int credit) throws IOException {
    socket.send(RequestWriter.openStream(STREAM, operation, key, CONTEXT, credit));
  }

  private void data(byte[] bytes, int offset, int length, boolean end) throws IOException {
    socket.send(
        RequestWriter.of(FrameType.STREAM_DATA)
            .flags(end ? FrameFormat.FLAG_END : 0)
            .frame(STREAM, Arrays.copyOfRange(bytes, offset, offset + length)));
  }

  /** All of {@code input} through a stream, with no more than the credit under way. */
  private byte[] transfer(int operation, String key, byte[] input) throws IOException {
    open(operation, key, Integer.MAX_VALUE);
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    int credit = Streams.CREDIT_BYTES;
    int sent = 0;
    boolean ended = false;
    while (true) {
      while (!ended && (credit >= CHUNK || input.length - sent <= credit)) {
        int length = Math.min(CHUNK, input.length - sent);
        ended = sent + length == input.length;
        data(input, sent, length, ended);
        sent += length;
        credit -= length;
      }
      Frame frame = socket.read();
      if (frame.status() != 0) {
        throw new IOException(frame.code());
      }
      if (frame.type() == (FrameType.STREAM_CREDIT | FrameType.ANSWER)) {
        credit += FrameFormat.getInt(frame.body(), 0);
      } else if (frame.type() == (FrameType.STREAM_DATA | FrameType.ANSWER)) {
        output.writeBytes(frame.body());
        if ((frame.flags() & FrameFormat.FLAG_END) != 0) {
          return output.toByteArray();
        }
      }
    }
  }
}
