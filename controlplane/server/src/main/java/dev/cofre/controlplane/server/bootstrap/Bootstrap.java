package dev.cofre.controlplane.server.bootstrap;

import dev.cofre.contract.identity.BearerToken;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Makes the first principals and leaves their tokens in files that only the owner can read.
 *
 * <p>Each principal is written with its token's digest first, then the file. A kill in between
 * leaves a principal without a file, which gets a new token at the next start; so at the end every
 * file holds the one token of its principal. A file is never believed: what it holds counts only
 * when its digest is in the store.
 */
public final class Bootstrap {
  /** The tenant of the first principals. */
  public static final String TENANT = "default";

  /** Who did it, in stamps and in the audit log. */
  public static final String ACTOR = "bootstrap";

  /** The workload of a development home. */
  public static final String WORKLOAD = "app";

  private static final String DONE = "bootstrap";
  private static final Map<String, Role> PRINCIPALS = principals();

  private final Store store;
  private final Path directory;

  /** Leaves the tokens in {@code directory}. */
  public Bootstrap(Store store, Path directory) {
    this.store = store;
    this.directory = directory;
  }

  private static Map<String, Role> principals() {
    Map<String, Role> principals = new LinkedHashMap<>();
    principals.put("platform-admin", Role.PLATFORM_ADMIN);
    principals.put("security-admin", Role.SECURITY_ADMIN);
    principals.put("security-admin-2", Role.SECURITY_ADMIN);
    principals.put("crypto-officer", Role.CRYPTO_OFFICER);
    principals.put("crypto-officer-2", Role.CRYPTO_OFFICER);
    principals.put("app-owner", Role.APP_OWNER);
    principals.put(WORKLOAD, Role.WORKLOAD);
    principals.put("auditor", Role.AUDITOR);
    principals.put("node", Role.NODE);
    return principals;
  }

  /**
   * Makes what is missing, when no principal was there at the first start and it was not completed
   * since.
   *
   * @param always also when it was completed, so that lost token files are replaced
   */
  public void run(boolean always) throws IOException {
    boolean due =
        store.read(
            tx ->
                !tx.milestones().isReached(DONE)
                    && (tx.principals().isEmpty() || tx.milestones().isReached(ACTOR + "-begun")));
    if (!due && !always) {
      return;
    }
    store.change(
        tx -> {
          tx.milestones().reach(ACTOR + "-begun");
          return null;
        });
    SecretFiles.createDirectory(directory);
    for (Map.Entry<String, Role> entry : PRINCIPALS.entrySet()) {
      ensure(entry.getKey(), entry.getValue());
    }
    store.change(
        tx -> {
          tx.milestones().reach(DONE);
          return null;
        });
  }

  private void ensure(String id, Role role) throws IOException {
    Path file = directory.resolve(id + ".token");
    if (Files.exists(file) && isTokenOf(id, file)) {
      return;
    }
    BearerToken token = BearerToken.generate(KernelRandom.INSTANCE);
    byte[] digest = token.digest();
    store.change(
        tx -> {
          Principal principal =
              tx.principals()
                  .find(id)
                  .orElseGet(
                      () -> {
                        Principal made =
                            new Principal(id, TENANT, Set.of(role), Stamp.created(tx.now(), ACTOR));
                        tx.principals().insert(made);
                        return made;
                      });
          tx.principals().replaceTokens(principal, digest, tx.now());
          return null;
        });
    Files.deleteIfExists(file);
    SecretFiles.create(file, token.fileContents());
  }

  private boolean isTokenOf(String id, Path file) throws IOException {
    return BearerToken.fromHeader("Bearer " + Files.readString(file))
        .map(BearerToken::digest)
        .flatMap(digest -> store.read(tx -> tx.principals().findByToken(digest)))
        .filter(principal -> principal.id().equals(id))
        .isPresent();
  }
}
