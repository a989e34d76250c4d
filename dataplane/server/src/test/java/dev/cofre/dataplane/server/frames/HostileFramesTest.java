package dev.cofre.dataplane.server.frames;

import static dev.cofre.dataplane.server.frames.FramesTest.bytes;
import static dev.cofre.dataplane.server.frames.FramesTest.encrypt;
import static dev.cofre.dataplane.server.frames.FramesTest.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Hello;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.dataplane.server.frames.FrameSocket.Frame;
import dev.cofre.dataplane.server.http.TestNode;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers that are wrong, slow or hostile are cut off; a neighbour does not notice. */
@Timeout(480)
class HostileFramesTest {
  private static final int GARBAGE = Integer.getInteger("cofre.test.garbageConnections", 300);
  private static final int GARBAGE_PART = 100;
  private static final int SLOW_READERS = Integer.getInteger("cofre.test.slowReaders", 1_000);

  @TempDir static Path directory;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode(directory);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  @Timeout(900)
  void garbageIsCutOff() throws Exception {
    Random random = new Random(7);
    long heapAfterFirst = 0;
    try (FrameSocket neighbour = neighbour()) {
      for (int i = 0; i < GARBAGE; i++) {
        byte[] garbage = new byte[64];
        random.nextBytes(garbage);
        garbage[0] |= 0x40;
        try (FrameSocket socket = FrameSocket.tcp(node.framePort)) {
          socket.send(garbage);
          Frame frame = socket.read();
          assertEquals(FrameType.GOAWAY | FrameType.ANSWER, frame.type());
          assertEquals("invalid_request", frame.code());
          assertTrue(socket.isCut());
        }
        if (i % GARBAGE_PART == 0) {
          served(neighbour);
        }
        if (i == GARBAGE_PART) {
          heapAfterFirst = usedHeap();
        }
      }
      served(neighbour);
    }
    awaitConnections(0);
    assertEquals(0, node.state().heldBytes(), "all is given back");
    if (GARBAGE > GARBAGE_PART) {
      long grown = usedHeap() - heapAfterFirst;
      System.out.printf(
          "%d garbage connections: %d KiB of heap after the first %d, then %d more; direct memory now %d MiB%n",
          GARBAGE,
          heapAfterFirst >> 10,
          GARBAGE_PART,
          grown >> 10,
          io.netty.buffer.PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() >> 20);
      assertTrue(grown < 16 << 20, () -> grown + " bytes are left of connections that are gone");
    }
  }

  /** What is reachable on the heap, node and test together. */
  private static long usedHeap() {
    System.gc();
    MemoryUsage usage = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    return usage.getUsed();
  }

  @Test
  void anotherProtocolIsCutOff() throws IOException {
    try (FrameSocket socket = FrameSocket.tcp(node.framePort)) {
      socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertEquals("invalid_request", socket.read().code());
      assertTrue(socket.isCut());
    }
  }

  @Test
  void nothingIsDoneBeforeTheHello() throws IOException {
    try (FrameSocket socket = FrameSocket.tcp(node.framePort)) {
      assertEquals("unauthenticated", socket.call(encrypt("demo").frame(1, bytes(1))).code());
      assertTrue(socket.isCut());
    }
  }

  @Test
  void aHelloThatCannotBeMetIsRefused() throws IOException {
    byte[] token = TestNode.APP_TOKEN.getBytes(StandardCharsets.UTF_8);
    refusedHello(new Hello(2, 9, 1 << 17, 64, token).frame(1), "invalid_request");
    refusedHello(new Hello(1, 1, 100, 64, token).frame(1), "invalid_request");
    refusedHello(Hello.of(new byte[3]).frame(1), "unauthenticated");
    byte[] cut = Hello.of(token).frame(1);
    FrameFormat.putShort(cut, 32, 1);
    refusedHello(cut, "invalid_request");
    byte[] tooLong = Hello.of(new byte[FrameFormat.HELLO_BYTES_MAX]).frame(1);
    refusedHello(tooLong, "invalid_request");
  }

  private static void refusedHello(byte[] hello, String code) throws IOException {
    try (FrameSocket socket = FrameSocket.tcp(node.framePort)) {
      assertEquals(code, socket.call(hello).code());
      assertTrue(socket.isCut());
    }
  }

  @Test
  void aFrameThatIsTooLongEndsTheConnectionAfterTheAnswersBeforeIt() throws IOException {
    try (FrameSocket socket = neighbour()) {
      byte[] tooLong = encrypt("demo").frame(2, new byte[20]);
      FrameFormat.putInt(tooLong, 0, FrameFormat.FRAME_BYTES_MAX + 1);
      socket.send(encrypt("demo").frame(1, bytes(4)), tooLong);
      ok(socket.read(), 1);
      Frame last = socket.read();
      assertEquals(FrameType.GOAWAY | FrameType.ANSWER, last.type());
      assertTrue(socket.isCut());
    }
  }

  @Test
  void whoNeverSaysHelloIsCutOff() throws IOException {
    try (FrameSocket socket = FrameSocket.tcp(node.framePort)) {
      socket.send(new byte[] {0, 0});
      assertTrue(socket.isCut());
    }
  }

  @Test
  void whoDoesNotReadIsNotReadFromAndCutOff() throws Exception {
    try (FrameSocket socket = neighbour();
        FrameSocket neighbour = neighbour()) {
      socket.channel().configureBlocking(false);
      ByteBuffer frames = manyFrames();
      long sent = 0;
      long deadlineNs = System.nanoTime() + 200_000_000_000L;
      try {
        while (System.nanoTime() < deadlineNs) {
          int count = socket.channel().write(frames);
          sent += count;
          if (!frames.hasRemaining()) {
            frames.rewind();
          }
          if (count == 0) {
            served(neighbour);
            Thread.onSpinWait();
          }
        }
        throw new AssertionError("still open after " + sent + " bytes");
      } catch (IOException cut) {
        assertTrue(sent > 100_000, () -> "cut too early: " + cut);
      }
      served(neighbour);
    }
    awaitConnections(0);
    assertEquals(0, node.state().heldBytes(), "all is given back");
  }

  /** Each sends until its buffers are full, and never reads. */
  @Test
  void manyWhoDoNotReadLeaveMemoryBounded() throws Exception {
    List<FrameSocket> sockets = new ArrayList<>();
    long most = 0;
    try (FrameSocket neighbour = neighbour()) {
      for (int i = 0; i < SLOW_READERS; i++) {
        FrameSocket socket = neighbour();
        sockets.add(socket);
        socket.channel().setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
        socket.channel().configureBlocking(false);
        fill(socket);
        most = Math.max(most, node.state().heldBytes());
      }
      served(neighbour);
    } finally {
      for (FrameSocket socket : sockets) {
        socket.close();
      }
    }
    long limit =
        Math.min(
            Runtime.getRuntime().maxMemory() / 4,
            io.netty.util.internal.PlatformDependent.maxDirectMemory() / 2);
    System.out.printf(
        "%d connections that do not read: at most %d MiB held of %d; direct memory now %d MiB%n",
        SLOW_READERS,
        most >> 20,
        limit >> 20,
        io.netty.buffer.PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() >> 20);
    assertTrue(most > 0 && most <= limit / 2 + (1 << 20), "at most half for one principal");
    awaitConnections(0);
    assertEquals(0, node.state().heldBytes(), "all is given back");
  }

  /** A busy machine may make it wait so long that it is told to try again. */
  private static void served(FrameSocket neighbour) throws IOException {
    Frame answer = neighbour.call(encrypt("demo").frame(1, bytes(9)));
    while (answer.code().equals("overloaded")) {
      answer = neighbour.call(encrypt("demo").frame(1, bytes(9)));
    }
    ok(answer, 1);
  }

  private static void fill(FrameSocket socket) {
    ByteBuffer frames = manyFrames();
    try {
      for (int misses = 0; misses < 3; ) {
        misses = socket.channel().write(frames) == 0 ? misses + 1 : 0;
        if (!frames.hasRemaining()) {
          frames.rewind();
        }
      }
    } catch (IOException cut) {
      assertTrue(cut.getMessage() != null, "cut for its memory, as it may be");
    }
  }

  private static ByteBuffer manyFrames() {
    byte[] one = encrypt("demo").frame(1, bytes(1_000));
    ByteBuffer frames = ByteBuffer.allocateDirect(one.length * 64);
    while (frames.hasRemaining()) {
      frames.put(one);
    }
    return frames.flip();
  }

  @Test
  void aConnectionThatIsGoneLeavesNothingBehind() throws Exception {
    for (int i = 0; i < 50; i++) {
      FrameSocket socket = neighbour();
      socket.send(
          RequestWriter.openStream(
              1,
              dev.cofre.contract.frames.Streams.ENCRYPT,
              "demo",
              dev.cofre.contract.context.EncryptionContext.EMPTY,
              1 << 20));
      socket.send(RequestWriter.of(FrameType.STREAM_DATA).frame(1, bytes(70_000)));
      socket.send(java.util.Arrays.copyOf(encrypt("demo").frame(3, bytes(999)), 500));
      if (i % 2 == 0) {
        ok(socket.read(), 1);
      }
      socket.close();
    }
    awaitConnections(0);
    assertEquals(0, node.state().openRequests());
    assertEquals(0, node.state().heldBytes());
  }

  private static void awaitConnections(int count) {
    long deadlineNs = System.nanoTime() + 120_000_000_000L;
    while (node.state().frames().connections() > count || node.state().openRequests() > 0) {
      assertTrue(
          System.nanoTime() < deadlineNs,
          () -> node.state().frames().connections() + " connections are left");
      Thread.onSpinWait();
    }
  }

  private static FrameSocket neighbour() throws IOException {
    FrameSocket socket = FrameSocket.tcp(node.framePort);
    try {
      socket.hello(TestNode.APP_TOKEN);
    } catch (EOFException e) {
      throw new IOException("no hello", e);
    }
    return socket;
  }
}
