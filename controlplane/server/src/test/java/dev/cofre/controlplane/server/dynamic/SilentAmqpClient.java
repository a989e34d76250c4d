package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** A client of AMQP 0-9-1 that opens a connection and answers nothing from then on. */
final class SilentAmqpClient implements AutoCloseable {
  private static final int METHOD = 1;
  private static final int FRAME_END = 0xce;
  private static final int CONNECTION = 10;
  private static final int READ_MS = 60_000;

  private final Socket socket;

  private SilentAmqpClient(Socket socket) {
    this.socket = socket;
  }

  /** Opens one; the broker has let it in when this returns. */
  static SilentAmqpClient connect(int port, String user, String password, String vhost)
      throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    boolean open = false;
    try {
      socket.setSoTimeout(READ_MS);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.write(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
      expect(in, 10);
      send(
          out,
          11,
          arguments -> {
            arguments.writeInt(0);
            text(arguments, "PLAIN");
            byte[] response = ("\0" + user + '\0' + password).getBytes(UTF_8);
            arguments.writeInt(response.length);
            arguments.write(response);
            text(arguments, "en_US");
          });
      expect(in, 30);
      send(
          out,
          31,
          arguments -> {
            arguments.writeShort(10);
            arguments.writeInt(131_072);
            arguments.writeShort(0);
          });
      send(
          out,
          40,
          arguments -> {
            text(arguments, vhost);
            text(arguments, "");
            arguments.writeByte(0);
          });
      expect(in, 41);
      open = true;
      return new SilentAmqpClient(socket);
    } finally {
      if (!open) {
        socket.close();
      }
    }
  }

  /** Writes what a method says. */
  @FunctionalInterface
  private interface Arguments {
    void write(DataOutputStream out) throws IOException;
  }

  private static void send(DataOutputStream out, int method, Arguments arguments)
      throws IOException {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    DataOutputStream written = new DataOutputStream(payload);
    written.writeShort(CONNECTION);
    written.writeShort(method);
    arguments.write(written);
    out.writeByte(METHOD);
    out.writeShort(0);
    out.writeInt(payload.size());
    payload.writeTo(out);
    out.writeByte(FRAME_END);
    out.flush();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    out.writeByte(bytes.length);
    out.write(bytes);
  }

  private static void expect(DataInputStream in, int method) throws IOException {
    in.readByte();
    in.readUnsignedShort();
    byte[] payload = in.readNBytes(in.readInt());
    in.readByte();
    int met = payload.length < 4 ? -1 : ByteBuffer.wrap(payload).getShort(2);
    if (met != method) {
      throw new IOException("method " + met + " in place of " + method);
    }
  }

  /**
   * Reads what it is told, and answers nothing, until the broker has cut it off.
   *
   * @throws IOException when it has not within a minute
   */
  void awaitEnd() throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        // It is told that its connection is to end.
      }
    } catch (SocketException e) {
      // Cut off with a reset, which is an end, too.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
