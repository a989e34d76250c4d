package dev.cofre.cli.scan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** One search through a folder, and the history of its git repository. Not thread-safe. */
public final class Scan {
  /** The most that are kept. */
  public static final int FINDINGS_MAX = 10_000;

  /** As git: what has a zero byte in the beginning is no text. */
  private static final int LOOKED_AT = 8_000;

  private static final String GIT = ".git";

  private final Path folder;
  private final KnownValues known;
  private final AllowList allowed;
  private final int bytesMax;
  private final Consumer<Scan> progress;
  private final List<Finding> findings = new ArrayList<>();
  private long searched;
  private long binary;
  private long tooLarge;
  private long unreadable;
  private long allowedCount;
  private boolean cut;

  /**
   * Searches {@code folder}.
   *
   * @param bytesMax larger files are left out
   * @param progress is called after each file
   */
  public Scan(
      Path folder, KnownValues known, AllowList allowed, int bytesMax, Consumer<Scan> progress) {
    this.folder = folder;
    this.known = known;
    this.allowed = allowed;
    this.bytesMax = bytesMax;
    this.progress = progress;
  }

  /** Searches all files; links are not followed, what git keeps in {@code .git} is left out. */
  public void files() throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            return path.endsWith(GIT) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              file(path, attributes.size());
            }
            return cut ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException failure) {
            unreadable++;
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void file(Path path, long bytes) {
    if (bytes > bytesMax) {
      tooLarge++;
      return;
    }
    try {
      String name = folder.relativize(path).toString();
      content(
          Files.readAllBytes(path),
          null,
          id -> allowed.allows(id, name) ? Optional.empty() : Optional.of(name));
    } catch (IOException e) {
      unreadable++;
    }
    progress.accept(this);
  }

  /** Searches all versions of files in the history. */
  public void history(GitHistory history) throws IOException, InterruptedException {
    try {
      history.blobs(
          bytesMax,
          (content, path, blob) -> {
            Map<String, Optional<String>> places = new HashMap<>();
            content(
                content,
                blob,
                id -> places.computeIfAbsent(id, one -> place(history, one, path, blob)));
            progress.accept(this);
            return !cut;
          },
          () -> tooLarge++,
          () -> unreadable++);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (int i = 0; i < findings.size(); i++) {
      Finding one = findings.get(i);
      if (one.commit() != null) {
        findings.set(
            i,
            new Finding(
                one.kind(),
                one.id(),
                one.masked(),
                one.file(),
                one.line(),
                history.commitOf(one.commit())));
      }
    }
  }

  /** A version of a file that has stood in several places may stay when it may in all of them. */
  private Optional<String> place(GitHistory history, String id, String path, String blob) {
    if (!allowed.allows(id, path)) {
      return Optional.of(path);
    }
    try {
      return history.pathOf(blob, other -> allowed.allows(id, other));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Searches {@code content}; {@code places} tells by id where it is that it may not stay. */
  private void content(byte[] content, String blob, Function<String, Optional<String>> places) {
    for (int i = 0; i < Math.min(content.length, LOOKED_AT); i++) {
      if (content[i] == 0) {
        binary++;
        return;
      }
    }
    searched++;
    OwnTokens.Hits hits =
        (kind, id, masked, offset) -> {
          Optional<String> place = places.apply(id);
          if (place.isEmpty()) {
            allowedCount++;
          } else {
            add(new Finding(kind, id, masked, place.get(), line(content, offset), blob));
          }
        };
    OwnTokens.search(content, hits);
    known.search(content, hits);
  }

  /** A line is told once, though a secret may stand in it in several forms. */
  private void add(Finding finding) {
    if (findings.size() >= FINDINGS_MAX) {
      cut = true;
    } else if (findings.stream().noneMatch(before -> isSame(before, finding))) {
      findings.add(finding);
    }
  }

  private static boolean isSame(Finding before, Finding finding) {
    return before.file().equals(finding.file())
        && before.line() == finding.line()
        && before.id().equals(finding.id())
        && Objects.equals(before.commit(), finding.commit());
  }

  private static int line(byte[] content, int offset) {
    int line = 1;
    for (int i = 0; i < offset; i++) {
      line += content[i] == '\n' ? 1 : 0;
    }
    return line;
  }

  /** What was found and is not allowed. */
  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** How many files, and versions of files, were searched. */
  public long searched() {
    return searched;
  }

  /** How many were left out for holding no text. */
  public long binary() {
    return binary;
  }

  /** How many were left out for their size. */
  public long tooLarge() {
    return tooLarge;
  }

  /** How many could not be read. */
  public long unreadable() {
    return unreadable;
  }

  /** How much was found that is allowed. */
  public long allowedCount() {
    return allowedCount;
  }

  /** Whether it ended at {@value #FINDINGS_MAX} findings. */
  public boolean isCut() {
    return cut;
  }
}
