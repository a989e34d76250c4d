package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Whoever took a MariaDB's address: it greets as one, asks for the login in a way of its own, and
 * keeps what it is sent. For one login.
 */
final class AskingServer implements AutoCloseable {
  private static final int CAPABILITIES = 0x00ff_f7df;

  private final ServerSocket socket;
  private final CompletableFuture<String> received = new CompletableFuture<>();

  private AskingServer(ServerSocket socket) {
    this.socket = socket;
  }

  /** Likes {@code first} best, and asks for {@code then} when it was sent something. */
  static AskingServer start(String first, String then) throws IOException {
    AskingServer server =
        new AskingServer(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    Thread.ofVirtual().start(() -> server.serve(first, then));
    return server;
  }

  private void serve(String first, String then) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (Socket client = socket.accept()) {
      client.setSoTimeout(30_000);
      send(client, 0, greeting(first));
      all.writeBytes(packet(client));
      ByteArrayOutputStream ask = new ByteArrayOutputStream();
      ask.write(0xfe);
      ask.writeBytes((then + "\0").getBytes(ISO_8859_1));
      ask.writeBytes("abcdefghijklmnopqrst\0".getBytes(ISO_8859_1));
      send(client, 2, ask.toByteArray());
      all.writeBytes(client.getInputStream().readAllBytes());
      received.complete(all.toString(ISO_8859_1));
    } catch (IOException e) {
      // It broke off rather than closed; what it sent before is what counts.
      received.complete(all.toString(ISO_8859_1));
    }
  }

  private static byte[] greeting(String method) {
    ByteArrayOutputStream greeting = new ByteArrayOutputStream();
    greeting.write(10);
    greeting.writeBytes("5.5.5-10.11.18-MariaDB\0".getBytes(ISO_8859_1));
    greeting.writeBytes(new byte[] {1, 0, 0, 0});
    greeting.writeBytes("abcdefgh\0".getBytes(ISO_8859_1));
    greeting.write(CAPABILITIES);
    greeting.write(CAPABILITIES >> 8);
    greeting.writeBytes(new byte[] {45, 2, 0});
    greeting.write(CAPABILITIES >> 16);
    greeting.write(0);
    greeting.write(21);
    greeting.writeBytes(new byte[10]);
    greeting.writeBytes("ijklmnopqrst\0".getBytes(ISO_8859_1));
    greeting.writeBytes((method + "\0").getBytes(ISO_8859_1));
    return greeting.toByteArray();
  }

  private static void send(Socket client, int number, byte[] content) throws IOException {
    byte[] packet = new byte[content.length + 4];
    packet[0] = (byte) content.length;
    packet[1] = (byte) (content.length >> 8);
    packet[3] = (byte) number;
    System.arraycopy(content, 0, packet, 4, content.length);
    client.getOutputStream().write(packet);
    client.getOutputStream().flush();
  }

  private static byte[] packet(Socket client) throws IOException {
    byte[] head = client.getInputStream().readNBytes(4);
    int length = (head[0] & 0xff) | ((head[1] & 0xff) << 8);
    return client.getInputStream().readNBytes(length);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** All that it was sent. */
  String received() throws Exception {
    return received.get(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
