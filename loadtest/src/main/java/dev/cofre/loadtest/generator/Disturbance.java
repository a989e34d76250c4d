package dev.cofre.loadtest.generator;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What disturbed a run from outside: collections in the generator's JVM, and processor time that
 * the hypervisor gave to others.
 *
 * @param collections of the generator's heap
 * @param collectionMs their time
 * @param stealShare of all processor time, over all processors of this machine
 */
public record Disturbance(long collections, long collectionMs, double stealShare) {
  private static final Path STAT = Path.of("/proc/stat");
  private static final int STEAL = 7;
  private static final int FIELDS = 8;

  /** The counters at one moment. */
  record Counters(long collections, long collectionMs, long steal, long jiffies) {
    static Counters now() throws IOException {
      long count = 0;
      long ms = 0;
      for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
        count += bean.getCollectionCount();
        ms += bean.getCollectionTime();
      }
      long[] processors = processors();
      long all = 0;
      for (long field : processors) {
        all += field;
      }
      return new Counters(count, ms, processors[STEAL], all);
    }

    private static long[] processors() throws IOException {
      long[] fields = new long[FIELDS];
      if (Files.isReadable(STAT)) {
        List<String> words = List.of(Files.readAllLines(STAT).getFirst().trim().split(" +"));
        for (int i = 0; i < FIELDS && i + 1 < words.size(); i++) {
          fields[i] = Long.parseLong(words.get(i + 1));
        }
      }
      return fields;
    }

    /** What happened since then. */
    Disturbance until(Counters end) {
      return new Disturbance(
          end.collections - collections,
          end.collectionMs - collectionMs,
          (end.steal - steal) / (double) Math.max(1, end.jiffies - jiffies));
    }
  }
}
