package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Passes one connection on to a server of this machine; does something before the request passes
 * that has a word in it.
 */
final class RequestWatch implements AutoCloseable {
  private final ServerSocket listener;
  private final int serverPort;
  private final String word;
  private final Hook hook;

  /** What is done. */
  @FunctionalInterface
  interface Hook {
    void run() throws Exception;
  }

  RequestWatch(int serverPort, String word, Hook hook) throws IOException {
    this.serverPort = serverPort;
    this.word = word;
    this.hook = hook;
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::serve);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void serve() {
    try (Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
      Thread.startVirtualThread(() -> answer(server, client));
      pass(client.getInputStream(), server.getOutputStream(), true);
    } catch (IOException e) {
      // The test has ended it.
    }
  }

  private void answer(Socket server, Socket client) {
    try {
      pass(server.getInputStream(), client.getOutputStream(), false);
    } catch (IOException e) {
      // The test has ended it.
    }
  }

  private void pass(InputStream in, OutputStream out, boolean watched) throws IOException {
    byte[] chunk = new byte[8192];
    for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
      if (watched && new String(chunk, 0, read, ISO_8859_1).contains(word)) {
        try {
          hook.run();
        } catch (Exception e) {
          throw new IOException("what was to be done before it failed", e);
        }
      }
      out.write(chunk, 0, read);
      out.flush();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
