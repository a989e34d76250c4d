package dev.cofre.cli.code;

import dev.cofre.cli.shape.Document;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlReader;
import dev.cofre.documents.yaml.YamlValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the documents of files and folders: {@code *.yaml} and {@code *.yml}, in the order of their
 * paths, without hidden ones and without following links. Stateless.
 */
final class SourceFiles {
  private static final int FILES_MAX = 10_000;
  private static final long BYTES_MAX = 16L << 20;
  private static final long VALUES_MAX = 1_000_000;
  private static final int DOCUMENTS_MAX = 20_000;

  private SourceFiles() {}

  /**
   * All documents under {@code roots}.
   *
   * @throws IOException when one cannot be read
   * @throws InvalidFilesException when anything is wrong with them, or there are too many
   */
  static List<Document> read(List<Path> roots) throws IOException {
    FileErrors errors = new FileErrors();
    List<Document> documents = new ArrayList<>();
    long bytes = 0;
    long values = 0;
    for (Path file : files(roots, errors)) {
      byte[] content = content(file);
      bytes += content.length;
      for (YamlValue value : YamlReader.read(file.toString(), content, errors)) {
        values += value.size();
        if (values <= VALUES_MAX) {
          Document.read(value, errors).ifPresent(documents::add);
        }
      }
      if (bytes > BYTES_MAX || values > VALUES_MAX || documents.size() > DOCUMENTS_MAX) {
        errors.add(
            new Place(file.toString(), 1),
            "",
            "with this file they hold more than %d documents, %d bytes or %d values; apply parts"
                .formatted(DOCUMENTS_MAX, BYTES_MAX, VALUES_MAX));
        break;
      }
    }
    DocumentRules.check(documents, errors);
    if (!errors.isEmpty()) {
      throw new InvalidFilesException(errors);
    }
    return documents;
  }

  /** One byte more than the limit suffices for the reader to refuse it. */
  private static byte[] content(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(YamlReader.FILE_BYTES_MAX + 1);
    }
  }

  private static Set<Path> files(List<Path> roots, FileErrors errors) throws IOException {
    Set<Path> files = new TreeSet<>();
    for (Path root : roots) {
      if (!Files.isDirectory(root)) {
        files.add(root);
        continue;
      }
      Set<Path> found = new TreeSet<>();
      Files.walkFileTree(root, new Finder(root, found));
      if (found.isEmpty()) {
        errors.add(new Place(root.toString(), 1), "", "holds no *.yaml and no *.yml file");
      }
      files.addAll(found);
    }
    return files;
  }

  /** Finds the files under {@code root}. */
  private static final class Finder extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Set<Path> found;

    Finder(Path root, Set<Path> found) {
      this.root = root;
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return !folder.equals(root) && isHidden(folder)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      String name = file.getFileName().toString();
      boolean yaml = name.endsWith(".yaml") || name.endsWith(".yml");
      if (attributes.isRegularFile() && yaml && !isHidden(file)) {
        found.add(file);
      }
      if (found.size() > FILES_MAX) {
        throw new IOException(root + " holds more than " + FILES_MAX + " files");
      }
      return FileVisitResult.CONTINUE;
    }

    private static boolean isHidden(Path path) {
      return path.getFileName().toString().startsWith(".");
    }
  }
}
