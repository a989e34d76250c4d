package dev.cofre.cli.scan;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * All versions of files that a git repository holds, read by the git command. Each is read once,
 * however many commits have it. Not thread-safe.
 */
public final class GitHistory {
  /** Nothing is run that a repository's configuration names. */
  private static final List<String> GIT =
      List.of(
          "git",
          "--no-pager",
          "-c",
          "core.fsmonitor=false",
          "-c",
          "core.hooksPath=/dev/null",
          "-c",
          "gpg.program=false",
          "-c",
          "log.showRoot=true");

  private final Path folder;
  private final int objectsMax;

  /** The oldest commit by file, of files in which something was found. */
  private final Map<String, String> commits = new HashMap<>();

  private boolean cut;

  /** Of the repository that {@code folder} is in; the first {@code objectsMax} objects. */
  public GitHistory(Path folder, int objectsMax) {
    this.folder = folder;
    this.objectsMax = objectsMax;
  }

  /** Takes a version of a file. */
  interface Blobs {
    /** Whether to go on. */
    boolean take(byte[] content, String path, String blob);
  }

  /** Whether there were more objects than the limit. */
  public boolean isCut() {
    return cut;
  }

  /**
   * Reads all.
   *
   * @param tooLarge is called for each that has more than {@code bytesMax} bytes
   * @param missing is called for each that the repository does not hold, as clones of a part
   * @throws IOException when there is no git, or no repository
   */
  void blobs(int bytesMax, Blobs blobs, Runnable tooLarge, Runnable missing)
      throws IOException, InterruptedException {
    Map<String, String> paths = objects();
    Map<String, Integer> wanted =
        sizes(paths.keySet().stream().toList(), bytesMax, tooLarge, missing);
    Process batch = git("cat-file", "--batch");
    try (OutputStream ask = batch.getOutputStream();
        InputStream answer = new BufferedInputStream(batch.getInputStream())) {
      for (Map.Entry<String, Integer> blob : wanted.entrySet()) {
        ask.write((blob.getKey() + "\n").getBytes(StandardCharsets.US_ASCII));
        ask.flush();
        line(answer);
        byte[] content = answer.readNBytes(blob.getValue());
        if (content.length != blob.getValue() || answer.read() != '\n') {
          throw new EOFException("git cat-file ended early");
        }
        if (!blobs.take(content, paths.get(blob.getKey()), blob.getKey())) {
          break;
        }
      }
    } finally {
      batch.destroy();
    }
  }

  /** Objects with a path that they have had, by their ids. */
  private Map<String, String> objects() throws IOException, InterruptedException {
    Map<String, String> paths = new LinkedHashMap<>();
    Process list = git("rev-list", "--objects", "--all");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(list.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int end = line.indexOf(' ');
        if (end > 0 && end + 1 < line.length()) {
          if (paths.size() >= objectsMax) {
            cut = true;
            break;
          }
          paths.putIfAbsent(line.substring(0, end), line.substring(end + 1));
        }
      }
    }
    if (cut) {
      list.destroy();
    } else if (list.waitFor() != 0) {
      throw new IOException("git finds no repository in " + folder);
    }
    return paths;
  }

  /** Those that are files, not larger than {@code bytesMax}, with their sizes. */
  private Map<String, Integer> sizes(
      List<String> ids, int bytesMax, Runnable tooLarge, Runnable missing) throws IOException {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    Process check = git("cat-file", "--batch-check");
    try (OutputStream ask = check.getOutputStream();
        InputStream answer = new BufferedInputStream(check.getInputStream())) {
      for (String id : ids) {
        ask.write((id + "\n").getBytes(StandardCharsets.US_ASCII));
        ask.flush();
        String[] parts = line(answer).split(" ");
        if (parts.length == 3 && parts[1].equals("blob")) {
          long size = Long.parseLong(parts[2]);
          if (size > bytesMax) {
            tooLarge.run();
          } else {
            sizes.put(id, (int) size);
          }
        } else if (parts.length == 2) {
          missing.run();
        }
      }
    } finally {
      check.destroy();
    }
    return sizes;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("git cat-file ended early");
      }
      line.append((char) next);
    }
    return line.toString();
  }

  /** The oldest commit that has the file {@code blob}; the blob's id when git names none. */
  String commitOf(String blob) throws IOException, InterruptedException {
    String known = commits.get(blob);
    if (known == null) {
      known = oldestWith(blob);
      commits.put(blob, known);
    }
    return known;
  }

  /**
   * A path that the file {@code blob} has had somewhere in the history and that is not {@code
   * allowed}.
   */
  Optional<String> pathOf(String blob, Predicate<String> allowed) throws IOException {
    // A line for each change: modes, ids and what was done, then the path, each ended by a zero.
    Process log =
        log(
            "--find-object=" + blob,
            "-m",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "-z",
            "--format=");
    try (InputStream answer = new BufferedInputStream(log.getInputStream())) {
      for (String field = field(answer); field != null; field = field(answer)) {
        if (field.stripLeading().startsWith(":")) {
          String path = field(answer);
          if (path != null && !allowed.test(path)) {
            return Optional.of(path);
          }
        }
      }
      if (log.waitFor() != 0) {
        throw new IOException("git log does not tell the paths of " + blob);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } finally {
      log.destroy();
    }
    return Optional.empty();
  }

  /** What stands before the next zero byte; null at the end. */
  private static String field(InputStream in) throws IOException {
    ByteArrayOutputStream field = new ByteArrayOutputStream();
    int next = in.read();
    if (next < 0) {
      return null;
    }
    for (; next > 0; next = in.read()) {
      field.write(next);
    }
    return field.toString(StandardCharsets.UTF_8);
  }

  private Process log(String... arguments) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of("log", "--all", "--no-show-signature", "--no-ext-diff", "--no-textconv"));
    line.addAll(List.of(arguments));
    return git(line.toArray(String[]::new));
  }

  private String oldestWith(String blob) throws IOException, InterruptedException {
    Process log = log("--find-object=" + blob, "--format=%H");
    String oldest = blob;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(log.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        oldest = line;
      }
    }
    log.waitFor();
    return oldest;
  }

  private Process git(String... arguments) throws IOException {
    List<String> line = new ArrayList<>(GIT);
    line.addAll(List.of("-C", folder.toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).redirectError(Redirect.DISCARD);
    Map<String, String> environment = builder.environment();
    // Another repository, other settings, traces; and no token's place.
    environment.keySet().removeIf(name -> name.startsWith("GIT_") || name.startsWith("COFRE_"));
    environment.put("GIT_OPTIONAL_LOCKS", "0");
    environment.put("GIT_NO_REPLACE_OBJECTS", "1");
    environment.put("GIT_NO_LAZY_FETCH", "1");
    environment.put("GIT_TERMINAL_PROMPT", "0");
    return builder.start();
  }
}
