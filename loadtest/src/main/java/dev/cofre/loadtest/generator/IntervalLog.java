package dev.cofre.loadtest.generator;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Writes the latencies of each second, all threads of the generator together, and the hiccups of
 * the same second: {@code latency.hlog} and {@code hiccup.hlog}, values in nanoseconds.
 */
final class IntervalLog {
  private static final long INTERVAL_NS = 1_000_000_000;

  private final List<Recording> recordings;
  private final HiccupMeter hiccups;
  private final PrintStream latencyFile;
  private final PrintStream hiccupFile;
  private final HistogramLogWriter latencyLog;
  private final HistogramLogWriter hiccupLog;
  private final Histogram[] reused;
  private final Histogram all = Recording.newHistogram();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("interval-log").unstarted(this::run);
  private volatile boolean stopping;

  /**
   * Begins to write into {@code folder}.
   *
   * @param folder null: nothing is written, only gathered
   */
  IntervalLog(Path folder, List<Recording> recordings, HiccupMeter hiccups) throws IOException {
    this.recordings = recordings;
    this.hiccups = hiccups;
    this.reused = new Histogram[recordings.size()];
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
    long nextNs = System.nanoTime() + INTERVAL_NS;
    while (!stopping) {
      LockSupport.parkNanos(nextNs - System.nanoTime());
      if (!stopping && System.nanoTime() >= nextNs) {
        writeInterval();
        nextNs += INTERVAL_NS;
      }
    }
  }

  private void writeInterval() {
    Histogram interval = null;
    for (int i = 0; i < reused.length; i++) {
      reused[i] = recordings.get(i).takeInterval(reused[i]);
      if (interval == null) {
        interval = reused[i].copy();
      } else {
        interval.add(reused[i]);
      }
    }
    all.add(interval);
    latencyLog.outputIntervalHistogram(interval);
    hiccups.writeInterval(hiccupLog);
  }

  /** Writes the last interval; to be called when the generator's threads have ended. */
  void finish() throws InterruptedException, IOException {
    stopping = true;
    LockSupport.unpark(thread);
    thread.join();
    writeInterval();
    latencyFile.close();
    hiccupFile.close();
    if (latencyFile.checkError() || hiccupFile.checkError()) {
      throw new IOException("an interval log cannot be written");
    }
  }

  /** All latencies; complete after {@link #finish}. */
  Histogram all() {
    return all;
  }
}
