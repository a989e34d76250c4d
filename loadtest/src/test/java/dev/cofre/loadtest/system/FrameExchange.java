package dev.cofre.loadtest.system;

import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.frames.Hello;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Frames over any two streams, one request at a time. Not thread-safe. */
final class FrameExchange {
  private final DataInputStream in;
  private final OutputStream out;

  /** Says hello with {@code token}. */
  FrameExchange(InputStream in, OutputStream out, String token) throws IOException {
    this.in = new DataInputStream(in);
    this.out = out;
    call(Hello.of(token.getBytes(StandardCharsets.UTF_8)).frame(0));
  }

  /** The body of the answer to {@code frame}; an IOException with the code when it was refused. */
  byte[] call(byte[] frame) throws IOException {
    out.write(frame);
    out.flush();
    byte[] answer = new byte[in.readInt()];
    FrameFormat.putInt(answer, 0, answer.length);
    in.readFully(answer, Integer.BYTES, answer.length - Integer.BYTES);
    FrameReader reader = new FrameReader();
    reader.read(answer, 0, answer.length, answer.length);
    if (reader.status() != FrameStatus.OK) {
      throw new IOException(FrameStatus.text(reader.status()));
    }
    return Arrays.copyOfRange(answer, reader.bodyOffset(), answer.length);
  }
}
