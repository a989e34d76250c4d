package dev.cofre.loadtest.system;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * What a recording with the settings {@code event-loop.jfc} tells of event loops: whether our code
 * made one wait, touched a file, blocked in a socket or called the HSM there.
 *
 * <p>Not a finding: an event without a frame of ours (the loop's own wait for work); a socket that
 * Netty's transport reads or writes, which never blocks; what the JVM does to load a class, once,
 * when it is first used.
 */
final class FlightRecording {
  /** The settings, as a file for a JVM to read. */
  static final Path SETTINGS =
      Launcher.ROOT.resolve("loadtest/src/test/resources/dev/cofre/loadtest/system/event-loop.jfc");

  private static final String EVENT_LOOP = "vert.x-eventloop-thread-";
  private static final String OURS = "dev.cofre.";
  private static final String NON_BLOCKING = "io.netty.channel.";
  private static final String CLASS_LOADING = "java.lang.ClassLoader.loadClass";

  /** Code that is on its way into the token, or in it. */
  private static final List<String> HSM =
      List.of(
          "sun.security.pkcs11.",
          "dev.cofre.hsm.SunPkcs11",
          "dev.cofre.hsm.SunToken",
          "dev.cofre.hsm.Ffm",
          "dev.cofre.hsm.GcmSession",
          "dev.cofre.hsm.Pkcs11",
          "dev.cofre.hsm.Cryptoki",
          "dev.cofre.hsm.TokenCipher");

  private static final Set<String> BLOCKING =
      Set.of(
          "jdk.ThreadPark",
          "jdk.JavaMonitorEnter",
          "jdk.JavaMonitorWait",
          "jdk.ThreadSleep",
          "jdk.FileForce",
          "jdk.FileRead",
          "jdk.FileWrite");
  private static final Set<String> SOCKETS = Set.of("jdk.SocketRead", "jdk.SocketWrite");
  private static final Set<String> SAMPLES =
      Set.of("jdk.ExecutionSample", "jdk.NativeMethodSample");
  private static final String TRACE = "jdk.MethodTrace";
  private static final String COLLECTION = "jdk.GarbageCollection";

  private final List<String> findings = new ArrayList<>();
  private final Map<String, Integer> loopEvents = new TreeMap<>();
  private int hsmCallsElsewhere;
  private int collections;
  private Duration longestPause = Duration.ZERO;

  private FlightRecording() {}

  static FlightRecording read(Path file) throws IOException {
    FlightRecording recording = new FlightRecording();
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        recording.take(events.readEvent());
      }
    }
    return recording;
  }

  private void take(RecordedEvent event) {
    String kind = event.getEventType().getName();
    if (kind.equals(COLLECTION)) {
      collections++;
      Duration pause = event.getDuration("longestPause");
      longestPause = pause.compareTo(longestPause) > 0 ? pause : longestPause;
      return;
    }
    boolean sample = SAMPLES.contains(kind);
    RecordedThread thread = sample ? event.getThread("sampledThread") : event.getThread();
    if (thread == null || thread.getJavaName() == null) {
      return;
    }
    boolean loop = thread.getJavaName().startsWith(EVENT_LOOP);
    if (!loop) {
      hsmCallsElsewhere += kind.equals(TRACE) ? 1 : 0;
      return;
    }
    loopEvents.merge(kind, 1, Integer::sum);
    List<String> frames = frames(event.getStackTrace());
    if (isFinding(kind, frames)) {
      findings.add(describe(kind, event, thread, frames));
    }
  }

  private static boolean isFinding(String kind, List<String> frames) {
    boolean ours =
        frames.stream()
            .takeWhile(frame -> !frame.startsWith(CLASS_LOADING))
            .anyMatch(frame -> frame.startsWith(OURS));
    if (SAMPLES.contains(kind)) {
      return frames.stream().anyMatch(frame -> HSM.stream().anyMatch(frame::startsWith));
    }
    if (SOCKETS.contains(kind)) {
      return ours && !firstOutsideJdk(frames).startsWith(NON_BLOCKING);
    }
    return kind.equals(TRACE) || (BLOCKING.contains(kind) && ours);
  }

  private static String firstOutsideJdk(List<String> frames) {
    return frames.stream()
        .filter(frame -> !frame.matches("(java|jdk|sun)\\..*"))
        .findFirst()
        .orElse("");
  }

  private static List<String> frames(RecordedStackTrace stack) {
    if (stack == null) {
      return List.of();
    }
    return stack.getFrames().stream()
        .filter(RecordedFrame::isJavaFrame)
        .map(frame -> name(frame.getMethod()) + ":" + frame.getLineNumber())
        .toList();
  }

  private static String name(RecordedMethod method) {
    RecordedClass type = method.getType();
    return type.getName() + "." + method.getName();
  }

  private static String describe(
      String kind, RecordedEvent event, RecordedThread thread, List<String> frames) {
    String what = kind.equals(TRACE) ? " " + name(event.getValue("method")) : "";
    List<String> some = frames.stream().limit(30).toList();
    return kind + what + " on " + thread.getJavaName() + "\n    " + String.join("\n    ", some);
  }

  /** What our code did on event loops that may block them. */
  List<String> findings() {
    return findings;
  }

  /** How many events of each kind event loops had, findings or not. */
  Map<String, Integer> loopEvents() {
    return loopEvents;
  }

  /** Calls of the HSM's classes on other threads: proof that calls are traced. */
  int hsmCallsElsewhere() {
    return hsmCallsElsewhere;
  }

  /** The collector's work in the recorded JVM. */
  String collector() {
    return collections
        + " collections, the longest pause "
        + longestPause.toNanos() / 1_000
        + " µs";
  }
}
