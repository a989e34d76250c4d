package dev.cofre.loadtest.system;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks for 256-bit keys in a process's memory and in a heap dump: each half of a key, as bytes and
 * as integers of the processor's order. That is also the beginning of its AES key schedule.
 */
final class KeySearch {
  private static final int NEEDLE = 16;
  private static final int CHUNK = 1 << 20;
  private static final int PAGE = 4_096;

  /** Tag, id, stack trace, length and type that stand before the elements of an array. */
  private static final int HPROF_ARRAY_HEAD = 18;

  private static final int HPROF_PRIMITIVE_ARRAY = 0x23;
  private static final Map<Integer, String> HPROF_TYPES =
      Map.of(5, "char", 8, "byte", 9, "short", 10, "int", 11, "long");

  private static final Pattern THREAD =
      Pattern.compile("(?m)^\"([^\"]+)\".*\\[0x([0-9a-f]{16})\\]$");

  private final List<byte[]> needles = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final boolean[] firstBytes = new boolean[1 << 16];
  private final Map<String, Integer> found = new TreeMap<>();

  /** Takes one key into what is looked for; {@code name} says which. */
  void add(String name, byte[] key) {
    for (int half = 0; half < 2; half++) {
      byte[] bytes = Arrays.copyOfRange(key, half * NEEDLE, (half + 1) * NEEDLE);
      needle(name, bytes);
      needle(name + " as ints", swapped(bytes));
    }
  }

  private void needle(String name, byte[] bytes) {
    needles.add(bytes);
    names.add(name);
    firstBytes[pair(bytes, 0)] = true;
  }

  private static byte[] swapped(byte[] bytes) {
    byte[] swapped = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      swapped[i] = bytes[i ^ 3];
    }
    return swapped;
  }

  private static int pair(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }

  private interface Place {
    String of(byte[] bytes, int at);
  }

  private void search(byte[] bytes, int length, Place place) {
    for (int at = 0; at + NEEDLE <= length; at++) {
      if (firstBytes[pair(bytes, at)]) {
        compare(bytes, at, place);
      }
    }
  }

  private void compare(byte[] bytes, int at, Place place) {
    for (int i = 0; i < needles.size(); i++) {
      if (Arrays.equals(needles.get(i), 0, NEEDLE, bytes, at, at + NEEDLE)) {
        found.merge(names.get(i) + " in " + place.of(bytes, at), 1, Integer::sum);
      }
    }
  }

  /** Looks into all memory of {@code pid} that can be read; returns how many MiB that was. */
  long memory(long pid) throws IOException, InterruptedException {
    long total = 0;
    NavigableMap<Long, String> stacks = stacks(pid);
    Path proc = Path.of("/proc", Long.toString(pid));
    try (RandomAccessFile memory = new RandomAccessFile(proc.resolve("mem").toFile(), "r")) {
      for (String line : Files.readAllLines(proc.resolve("maps"))) {
        String[] fields = line.split(" +", 6);
        String name = fields.length > 5 && !fields[5].isEmpty() ? fields[5] : "anonymous memory";
        if (fields[1].startsWith("r") && !name.startsWith("[v")) {
          long from = Long.parseUnsignedLong(fields[0].replaceAll("-.*", ""), 16);
          long to = Long.parseUnsignedLong(fields[0].replaceAll(".*-", ""), 16);
          Map.Entry<Long, String> stack = stacks.ceilingEntry(from);
          String whose = stack == null || stack.getKey() >= to ? "" : ", the stack of ";
          total +=
              mapping(
                  memory,
                  from,
                  to,
                  whose.isEmpty() ? name + " " + fields[0] : name + whose + stack.getValue());
        }
      }
    }
    return total >> 20;
  }

  /** The Java threads of {@code pid} by an address in the stack of each. */
  private static NavigableMap<Long, String> stacks(long pid)
      throws IOException, InterruptedException {
    NavigableMap<Long, String> stacks = new TreeMap<>();
    Matcher thread = THREAD.matcher(Jcmd.run(pid, "Thread.print"));
    while (thread.find()) {
      stacks.put(Long.parseUnsignedLong(thread.group(2), 16), thread.group(1));
    }
    return stacks;
  }

  private long mapping(RandomAccessFile memory, long from, long to, String name)
      throws IOException {
    byte[] buffer = new byte[CHUNK + NEEDLE];
    long read = 0;
    for (long at = from; at < to; at += CHUNK) {
      int length = (int) Math.min(buffer.length, to - at);
      int got = readPages(memory, at, buffer, length);
      search(buffer, got, (bytes, position) -> name + arrayInHeap(bytes, position));
      read += got;
    }
    return read;
  }

  /**
   * In the Java heap the length of an array stands just before its elements; elsewhere what stands
   * there tells nothing.
   */
  private static String arrayInHeap(byte[] bytes, int at) {
    int length = at < 4 ? 0 : Integer.reverseBytes(pair(bytes, at - 4) << 16 | pair(bytes, at - 2));
    return length > 0 && length < 1 << 16 ? ", after the number " + length : "";
  }

  /** Reads as much as there is; a file mapped beyond its end has pages that cannot be read. */
  private static int readPages(RandomAccessFile memory, long at, byte[] buffer, int length)
      throws IOException {
    int done = 0;
    try {
      memory.seek(at);
      while (done < length) {
        int got = memory.read(buffer, done, Math.min(PAGE * 16, length - done));
        if (got <= 0) {
          return done;
        }
        done += got;
      }
    } catch (IOException e) {
      return done;
    }
    return done;
  }

  /** Looks into the heap dump {@code file}. */
  void heapDump(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    search(bytes, bytes.length, KeySearch::array);
  }

  /** The kind of array that begins with the key, when it does. */
  private static String array(byte[] bytes, int at) {
    for (int start = at; start >= Math.max(HPROF_ARRAY_HEAD, at - NEEDLE); start -= NEEDLE) {
      int head = start - HPROF_ARRAY_HEAD;
      String type = HPROF_TYPES.get((int) bytes[start - 1]);
      if (bytes[head] == HPROF_PRIMITIVE_ARRAY && type != null) {
        int length = pair(bytes, start - 5) << 16 | pair(bytes, start - 3);
        return "the heap dump: " + type + "[" + length + "]";
      }
    }
    return "the heap dump, within an object";
  }

  /** What was found, how often, and where. */
  Map<String, Integer> found() {
    return found;
  }
}
