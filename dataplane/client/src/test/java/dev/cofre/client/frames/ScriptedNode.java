package dev.cofre.client.frames;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.frames.ErrorBody;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Hello;
import dev.cofre.contract.frames.HelloAnswer;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node whose answers are written by the test: frames come one by one, what is returned for each
 * is sent. An envelope of it is a header of the right form with the plaintext behind it, and no
 * more.
 */
final class ScriptedNode implements AutoCloseable {
  /** What a node does with a frame; returning null is to say nothing. */
  interface Script {
    byte[] answer(Frame frame) throws IOException;
  }

  /** A request as it came. */
  record Frame(
      int type, int correlation, long deadlineMs, byte[] key, byte[] body, Socket socket) {}

  private static final int HEAD = EnvelopeFormat.HEADER_LENGTH;

  private final ServerSocket server;
  private final Script script;
  private final AtomicInteger connections = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final List<Integer> types = new CopyOnWriteArrayList<>();

  ScriptedNode(Script script) throws IOException {
    this(0, script);
  }

  ScriptedNode(int port, Script script) throws IOException {
    this.script = script;
    server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    start(this::accept);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "scripted-node");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  String address() {
    return "tcp://127.0.0.1:" + port();
  }

  int connections() {
    return connections.get();
  }

  /** The tokens of all hellos. */
  List<String> tokens() {
    return tokens;
  }

  /** How many frames of {@code type} came. */
  long count(int type) {
    return types.stream().filter(seen -> seen == type).count();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        open.add(socket);
        connections.incrementAndGet();
        start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed: the test is over, or wants the node to be gone.
      open.forEach(ScriptedNode::cut);
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      FrameReader reader = new FrameReader();
      while (true) {
        int length = in.readInt();
        byte[] bytes = new byte[length];
        FrameFormat.putInt(bytes, 0, length);
        in.readFully(bytes, 4, length - 4);
        reader.read(bytes, 0, length, length);
        byte[] answer = script.answer(frame(reader, socket));
        if (answer != null) {
          out.write(answer);
          out.flush();
        }
      }
    } catch (EOFException | SocketException e) {
      open.remove(socket);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Frame frame(FrameReader reader, Socket socket) {
    byte[] bytes = reader.bytes();
    if (reader.type() == FrameType.HELLO) {
      Hello hello = Hello.parse(bytes, reader.bodyOffset(), reader.bodyLength());
      tokens.add(new String(hello.token(), StandardCharsets.US_ASCII));
    }
    types.add(reader.type());
    return new Frame(
        reader.type(),
        reader.correlation(),
        reader.deadlineMs(),
        Arrays.copyOfRange(bytes, reader.keyOffset(), reader.keyOffset() + reader.keyLength()),
        Arrays.copyOfRange(bytes, reader.bodyOffset(), reader.bodyOffset() + reader.bodyLength()),
        socket);
  }

  /** What a node that works answers. */
  static byte[] right(Frame frame) {
    return switch (frame.type()) {
      case FrameType.HELLO -> hello(frame, 1_024);
      case FrameType.ENCRYPT -> ok(frame, envelope(frame.body()));
      case FrameType.DECRYPT ->
          ok(frame, Arrays.copyOfRange(frame.body(), HEAD, frame.body().length - 16));
      case FrameType.PING -> ok(frame, frame.body());
      case FrameType.CANCEL -> null;
      default -> refused(frame, ErrorCode.METHOD_NOT_ALLOWED, 0);
    };
  }

  static byte[] hello(Frame frame, int inFlightMax) {
    return new HelloAnswer(1, FrameFormat.FRAME_BYTES_MAX, inFlightMax, 16, 131_104, 120_000, 7)
        .frame(frame.correlation());
  }

  static byte[] ok(Frame frame, byte[] body) {
    byte[] answer = new byte[FrameFormat.HEADER_LENGTH + body.length];
    FrameFormat.putHeader(
        answer, 0, answer.length, frame.type() | FrameType.ANSWER, 0, 0, frame.correlation());
    System.arraycopy(body, 0, answer, FrameFormat.HEADER_LENGTH, body.length);
    return answer;
  }

  static byte[] refused(Frame frame, ErrorCode code, int retryMs) {
    return ErrorBody.frame(
        frame.type(), frame.correlation(), new ProblemException(code, "as told"), retryMs);
  }

  static byte[] goAway(ErrorCode code) {
    return ErrorBody.frame(FrameType.GOAWAY, 0, new ProblemException(code, "as told"), 100);
  }

  static byte[] envelope(byte[] plaintext) {
    byte[] envelope = new byte[HEAD + plaintext.length + 16];
    FrameFormat.putInt(envelope, 0, EnvelopeFormat.MAGIC);
    Arrays.fill(envelope, 4, 8, (byte) 1);
    System.arraycopy(plaintext, 0, envelope, HEAD, plaintext.length);
    return envelope;
  }

  /** Cuts all connections; new ones are taken. */
  void cutAll() {
    open.forEach(ScriptedNode::cut);
  }

  static void cut(Socket socket) {
    try {
      if (!socket.isClosed()) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    } catch (SocketException e) {
      // Its own thread has closed it in the meantime.
      return;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    cutAll();
  }
}
