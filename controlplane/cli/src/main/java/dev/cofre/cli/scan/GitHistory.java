package dev.cofre.cli.scan;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All versions of files that a git repository holds, read by the git command. Each is read once,
 * however many commits have it. Not thread-safe.
 */
public final class GitHistory {
  private final Path folder;
  private final int objectsMax;
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
   * @throws IOException when there is no git, or no repository
   */
  void blobs(int bytesMax, Blobs blobs, Runnable tooLarge)
      throws IOException, InterruptedException {
    Map<String, String> paths = objects();
    Map<String, Integer> wanted = sizes(paths.keySet().stream().toList(), bytesMax, tooLarge);
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
  private Map<String, Integer> sizes(List<String> ids, int bytesMax, Runnable tooLarge)
      throws IOException {
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
    Process log = git("log", "--all", "--find-object=" + blob, "--format=%H");
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
    List<String> line = new ArrayList<>(List.of("git", "--no-pager", "-C", folder.toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).redirectError(Redirect.DISCARD);
    builder.environment().put("GIT_OPTIONAL_LOCKS", "0");
    return builder.start();
  }
}
