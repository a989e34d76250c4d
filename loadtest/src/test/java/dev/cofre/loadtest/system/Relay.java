package dev.cofre.loadtest.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A way to a port on loopback that can be cut, and what runs over it then ends; or that gives
 * answers slowly or not at all, and what runs over it waits. Thread-safe.
 */
final class Relay implements AutoCloseable {
  private final int target;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;
  private Pace pace = Pace.FULL;

  /** How answers come over it. */
  enum Pace {
    FULL,
    BYTE_PER_SECOND,
    NOTHING
  }

  Relay(int target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket near = server.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(near);
        sockets.add(far);
        if (cut) {
          end();
        }
        Thread.ofVirtual().start(() -> copy(near, far));
        Thread.ofVirtual().start(() -> answer(far, near));
      }
    } catch (IOException e) {
      // It is closed, or the target is gone.
      end();
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException e) {
      // One side is gone: both are closed by now.
      return;
    }
  }

  private void answer(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[8_192];
      for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
        for (int done = 0; done < length; ) {
          int next = mayPass(length - done);
          out.write(bytes, done, next);
          done += next;
        }
      }
    } catch (IOException e) {
      // One side is gone: both are closed by now.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How many of {@code bytes} may pass now, after a wait for the first. */
  private synchronized int mayPass(int bytes) throws InterruptedException {
    long byteDueNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    while (pace != Pace.FULL) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(byteDueNs - System.nanoTime());
      if (pace == Pace.BYTE_PER_SECOND && leftMs <= 0) {
        return 1;
      }
      wait(pace == Pace.NOTHING ? 0 : leftMs);
    }
    return bytes;
  }

  /** Changes how answers come, also those that wait. */
  synchronized void pace(Pace next) {
    pace = next;
    notifyAll();
  }

  /** Cuts all that runs over it, now and from now on. */
  void cut() {
    cut = true;
    end();
  }

  private void end() {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Lets new connections through again. */
  void mend() {
    sockets.clear();
    cut = false;
  }

  @Override
  public void close() throws IOException {
    server.close();
    end();
  }
}
