package dev.cofre.loadtest.generator;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Writes the latencies of each second, all threads of the generator together, and of the same
 * second the lateness of sends and the hiccups: {@code latency.hlog}, {@code late.hlog} and {@code
 * hiccup.hlog}, values in nanoseconds. It also keeps what {@link Interval}s hold.
 */
final class IntervalLog {
  private static final long INTERVAL_NS = 1_000_000_000;

  private final List<Recording> recordings;
  private final HiccupMeter hiccups;
  private final PrintStream latencyFile;
  private final PrintStream lateFile;
  private final PrintStream hiccupFile;
  private final HistogramLogWriter latencyLog;
  private final HistogramLogWriter lateLog;
  private final HistogramLogWriter hiccupLog;
  private final Histogram[] reused;
  private final Histogram[] reusedLate;
  private final List<Interval> intervals = new ArrayList<>();
  private final long startNs;
  private final Consumer<Interval> listener;
  private final Histogram all = Recording.newHistogram();
  private final Histogram allLate = Recording.newHistogram();
  private long fromNs;
  private long done;
  private long failed;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("interval-log").unstarted(this::run);
  private volatile boolean stopping;

  /**
   * Begins to write into {@code folder}.
   *
   * @param folder null: nothing is written, only gathered
   * @param startNs when the run begins, by the monotonic clock
   * @param listener is told of each interval, by this log's thread
   */
  IntervalLog(
      Path folder,
      List<Recording> recordings,
      HiccupMeter hiccups,
      long startNs,
      Consumer<Interval> listener)
      throws IOException {
    this.recordings = recordings;
    this.hiccups = hiccups;
    this.startNs = startNs;
    this.fromNs = startNs;
    this.listener = listener;
    this.reused = new Histogram[recordings.size()];
    this.reusedLate = new Histogram[recordings.size()];
    this.lateFile = open(folder, "late.hlog");
    this.lateLog = begin(lateFile);
    this.latencyFile = open(folder, "latency.hlog");
    this.hiccupFile = open(folder, "hiccup.hlog");
    this.latencyLog = begin(latencyFile);
    this.hiccupLog = begin(hiccupFile);
    thread.start();
  }

  private static PrintStream open(Path folder, String name) throws IOException {
    return folder == null
        ? new PrintStream(PrintStream.nullOutputStream(), false, US_ASCII)
        : new PrintStream(Files.newOutputStream(folder.resolve(name)), false, US_ASCII);
  }

  private static HistogramLogWriter begin(PrintStream file) {
    HistogramLogWriter writer = new HistogramLogWriter(file);
    long nowMs = System.currentTimeMillis();
    writer.outputLogFormatVersion();
    writer.outputStartTime(nowMs);
    writer.setBaseTime(nowMs);
    writer.outputLegend();
    return writer;
  }

  private void run() {
    long nextNs = startNs + INTERVAL_NS;
    while (!stopping) {
      LockSupport.parkNanos(nextNs - System.nanoTime());
      if (!stopping && System.nanoTime() >= nextNs) {
        writeInterval();
        nextNs += INTERVAL_NS;
      }
    }
  }

  private void writeInterval() {
    long nowNs = System.nanoTime();
    Histogram latency = Recording.newHistogram();
    Histogram late = Recording.newHistogram();
    long doneNow = 0;
    long failedNow = 0;
    for (int i = 0; i < reused.length; i++) {
      Recording recording = recordings.get(i);
      reused[i] = recording.takeInterval(reused[i]);
      latency.add(reused[i]);
      reusedLate[i] = recording.takeLate(reusedLate[i]);
      late.add(reusedLate[i]);
      doneNow += recording.done();
      failedNow += recording.failed();
      latency.setStartTimeStamp(reused[i].getStartTimeStamp());
      latency.setEndTimeStamp(reused[i].getEndTimeStamp());
    }
    late.setStartTimeStamp(latency.getStartTimeStamp());
    late.setEndTimeStamp(latency.getEndTimeStamp());
    all.add(latency);
    allLate.add(late);
    latencyLog.outputIntervalHistogram(latency);
    lateLog.outputIntervalHistogram(late);
    Interval interval =
        new Interval(
            (fromNs - startNs) / 1e9,
            (nowNs - fromNs) / 1e9,
            late.getTotalCount(),
            doneNow - done,
            failedNow - failed,
            latency,
            late,
            hiccups.writeInterval(hiccupLog));
    fromNs = nowNs;
    done = doneNow;
    failed = failedNow;
    intervals.add(interval);
    listener.accept(interval);
  }

  /** Writes the last interval; to be called when the generator's threads have ended. */
  void finish() throws InterruptedException, IOException {
    stopping = true;
    LockSupport.unpark(thread);
    thread.join();
    writeInterval();
    boolean broken = false;
    for (PrintStream file : List.of(latencyFile, lateFile, hiccupFile)) {
      file.close();
      broken |= file.checkError();
    }
    if (broken) {
      throw new IOException("an interval log cannot be written");
    }
  }

  /** All latencies; complete after {@link #finish}. */
  Histogram all() {
    return all;
  }

  /** How late all sends were; complete after {@link #finish}. */
  Histogram allLate() {
    return allLate;
  }

  /** All intervals; complete after {@link #finish}. */
  List<Interval> intervals() {
    return intervals;
  }
}
