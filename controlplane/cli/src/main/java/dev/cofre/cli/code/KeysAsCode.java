package dev.cofre.cli.code;

import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Files on one side, a service on the other. Not thread-safe.
 *
 * <p>Files are checked whole before the service is asked anything, and nothing is changed while
 * anything in them is wrong.
 */
public final class KeysAsCode {
  private final List<Document> documents;
  private final Set<DocumentKind> kinds;
  private final Service service;
  private final Clock clock;
  private Existing existing;

  private KeysAsCode(
      List<Document> documents, Set<DocumentKind> kinds, Service service, Clock clock) {
    this.documents = documents;
    this.kinds = kinds;
    this.service = service;
    this.clock = clock;
  }

  /**
   * Reads the files under {@code roots}.
   *
   * @throws IOException when one cannot be read
   * @throws InvalidFilesException telling all that is wrong with them
   */
  public static List<Document> read(List<Path> roots) throws IOException {
    return SourceFiles.read(roots);
  }

  /** {@code documents}, of which those of {@code kinds} are meant, against {@code service}. */
  public static KeysAsCode of(
      List<Document> documents, Set<DocumentKind> kinds, Service service, Clock clock) {
    return new KeysAsCode(documents, kinds, service, clock);
  }

  /**
   * What is to be done.
   *
   * @throws InvalidFilesException when the files name what is nowhere, or say what cannot be
   */
  public Plan plan() {
    existing = Existing.read(service, read());
    Plan plan = new Planner(documents, existing, clock).plan(kinds);
    FileErrors errors = new FileErrors();
    PolicyTestCheck.check(service, plan.changes(), errors);
    if (!errors.isEmpty()) {
      throw new InvalidFilesException(errors);
    }
    return PendingRequests.note(service, plan);
  }

  /** The kinds that the meant documents and scopes are of or refer to. */
  private Set<DocumentKind> read() {
    Set<DocumentKind> read = EnumSet.noneOf(DocumentKind.class);
    List<DocumentKind> meant = new ArrayList<>(Unmanaged.scoped(documents));
    documents.forEach(document -> meant.add(document.kind()));
    for (DocumentKind kind : meant) {
      if (kinds.contains(kind) && kind != DocumentKind.SCOPE) {
        read.add(kind);
        read.addAll(DocumentRules.referred(kind));
        if (kind == DocumentKind.PRINCIPAL) {
          // Its groups give it roles.
          read.add(DocumentKind.GROUP);
        }
      }
    }
    return read;
  }

  /**
   * Does what {@code plan}, the last one made here, says; {@code prune}: what no file describes and
   * a scope names is removed.
   */
  public List<Outcome> apply(Plan plan, boolean prune) {
    return new Applier(service, existing, prune, this::again).apply(plan);
  }

  private Optional<Change> again(Change change, JsonObject now) {
    return new Planner(documents, existing, clock).change(change.document(), now);
  }
}
