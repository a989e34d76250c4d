package dev.cofre.controlplane.server.archive;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The indexes that are mapped: those that were used last, at most so many. Thread-safe. */
final class OpenIndexes {
  private static final int MAX = 8_192;

  private final Map<Path, IndexFile> open =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, IndexFile> eldest) {
          return size() > MAX;
        }
      };

  /** The index in {@code file}. */
  IndexFile get(Path file) throws IOException {
    synchronized (open) {
      IndexFile index = open.get(file);
      if (index != null) {
        return index;
      }
    }
    IndexFile opened = IndexFile.open(file);
    synchronized (open) {
      open.put(file, opened);
    }
    return opened;
  }

  /** Lets go of the index in {@code file}, which is no more. */
  void forget(Path file) {
    synchronized (open) {
      open.remove(file);
    }
  }
}
