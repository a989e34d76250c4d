package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_EXPORT;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_EXPORT_SHOW;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.SealedBundle;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretExport;
import dev.cofre.controlplane.domain.SecretExportDraft;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.SealedSecret;
import dev.cofre.controlplane.server.vault.SecretAccess;
import dev.cofre.controlplane.server.vault.SecretDump;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The routes by which secrets leave: sealed to a recipient's key, as two people decided.
 * Thread-safe.
 *
 * <p>What is approved names the recipient's key and each secret with its version; when one of them
 * was changed before it runs, it does not run. The approved request makes a bundle, which its
 * requester fetches until it ends: so the approval itself, which others list, stays small.
 */
final class SecretExportOperations {
  private static final String PATH = "/v1/secret-exports";
  private static final int BYTES_MAX = 1 << 19;
  private static final int KEPT_MAX = 100;

  private final Changing changing;
  private final SecretWriting vault;

  SecretExportOperations(Changing changing, SecretWriting vault) {
    this.changing = changing;
    this.vault = vault;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, PATH, SECRET_EXPORT, this::export),
        new Route(GET, PATH + "/{export}", SECRET_EXPORT_SHOW, this::show));
  }

  /** Removes the bundles whose time is over. */
  void removeOver() {
    if (vault.store().<Boolean>read(tx -> tx.secretExports().hasOver())) {
      vault
          .store()
          .change(
              tx -> {
                tx.secretExports().removeOver();
                return null;
              });
    }
  }

  private Answer export(Call call) {
    SecretExportDraft draft = SecretExportDraft.read(call.document());
    RecipientKey recipient =
        RecipientKey.ofPem(draft.recipient())
            .orElseThrow(
                () ->
                    new InvalidDocumentException(
                        List.of(
                            new FieldError(
                                SecretExportDraft.RECIPIENT, "must be " + RecipientKey.RULE))));
    List<SealedSecret> leaving =
        vault.opened(
            () ->
                vault
                    .store()
                    .change(
                        tx -> {
                          List<SealedSecret> found = leaving(tx, call, draft.names());
                          // Told at once, not when others have agreed to what cannot be done.
                          requireRoom(tx, call.principal().tenant());
                          requireSmall(found);
                          changing.require(tx, call, matter(found, recipient));
                          return found;
                        }));
    byte[] bundle = bundle(leaving, recipient);
    return vault.store().change(tx -> finish(tx, call, draft.names(), recipient, bundle));
  }

  private Answer finish(
      Transaction tx, Call call, List<String> names, RecipientKey recipient, byte[] bundle) {
    List<SealedSecret> leaving = leaving(tx, call, names);
    // What is in the bundle was looked at before; it must still be what was approved.
    changing.require(tx, call, matter(leaving, recipient));
    String tenant = call.principal().tenant();
    tx.secretExports().removeOver();
    requireRoom(tx, tenant);
    SecretExport export =
        new SecretExport(
            UUID.randomUUID(),
            tenant,
            call.principal().id(),
            recipient.fingerprint(),
            leaving.size(),
            tx.now(),
            tx.now().plus(SecretExport.KEPT));
    tx.secretExports().insert(export, bundle);
    JsonArray left = new JsonArray();
    leaving.forEach(
        one ->
            left.add(
                new JsonObject()
                    .put("name", one.secret().name())
                    .put("version", one.version().number())));
    Answer answer = Answer.json(201, document(export).put("left", left));
    changing.repeated().end(tx, call, answer);
    for (SealedSecret one : leaving) {
      vault.audit().secretRead(call, one.secret().name(), one.version().number());
    }
    call.subject(export.id() + " recipient sha256:" + recipient.fingerprint());
    changing.audit().allowed(call);
    return answer;
  }

  private static void requireRoom(Transaction tx, String tenant) {
    if (tx.secretExports().count(tenant) >= KEPT_MAX) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          KEPT_MAX + " bundles are kept already; each ends a day after it was made");
    }
  }

  /** By the lengths of the envelopes: nothing is opened. */
  private static void requireSmall(List<SealedSecret> leaving) {
    long bytes = 0;
    for (SealedSecret one : leaving) {
      bytes += Math.max(0, EnvelopeFormat.plaintextLength(one.envelope().length));
    }
    requireSmall(bytes);
  }

  private static void requireSmall(long bytes) {
    if (bytes > BYTES_MAX) {
      throw new ProblemException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "the values are more than " + BYTES_MAX + " bytes; ask for fewer at once");
    }
  }

  private Answer show(Call call) {
    return changing.read(
        call,
        tx -> {
          Principal caller = call.principal();
          SecretExport export =
              CanonicalUuid.find(call.path("export"))
                  .flatMap(id -> tx.secretExports().find(caller.tenant(), caller.id(), id))
                  .orElseThrow(SecretExportOperations::gone);
          byte[] bundle =
              tx.secretExports().bundle(export).orElseThrow(SecretExportOperations::gone);
          return Answer.json(
              200, document(export).put("bundle", new String(bundle, StandardCharsets.US_ASCII)));
        });
  }

  private static JsonObject document(SecretExport export) {
    return new JsonObject()
        .put("id", export.id().toString())
        .put("tenant", export.tenant())
        .put("owner", export.requester())
        .put("secrets", export.secrets())
        .put("recipientFingerprint", export.recipient())
        .put("createdAt", export.createdAt().toString())
        .put("expiresAt", export.expiresAt().toString());
  }

  /** The current version of each, when it may leave. */
  private static List<SealedSecret> leaving(Transaction tx, Call call, List<String> names) {
    Principal acting = Permissions.acting(call.principal(), call.action());
    List<SealedSecret> found = new ArrayList<>();
    for (String name : names) {
      call.subject(name);
      Secret secret = SecretAccess.visible(tx, acting, name).orElseThrow(SealedSecret::notFound);
      if (!tx.dataClasses().rules(secret.draft().dataClass()).exportPermitted()) {
        throw new ProblemException(
            ErrorCode.EXPORT_NOT_PERMITTED,
            "the data class "
                + secret.draft().dataClass().wireName()
                + " of "
                + name
                + " does not permit export");
      }
      SealedSecret.requireLive(tx, secret);
      SealedSecret sealed = SealedSecret.of(tx, secret, secret.currentVersion());
      if (sealed.version().template()) {
        throw new ProblemException(
            ErrorCode.EXPORT_NOT_PERMITTED,
            name + " is a template, which is written anew where what it refers to goes");
      }
      found.add(sealed);
    }
    return found;
  }

  private byte[] bundle(List<SealedSecret> leaving, RecipientKey recipient) {
    Instant now = vault.store().read(Transaction::now);
    int bytes = 0;
    try (SecretDump dump = new SecretDump(now)) {
      for (SealedSecret one : leaving) {
        byte[] value = vault.open(one);
        try {
          bytes += value.length;
          requireSmall(bytes);
          dump.add(one.secret(), one.version().number(), value);
        } finally {
          Arrays.fill(value, (byte) 0);
        }
      }
      byte[] plaintext = dump.bytes();
      try {
        return SealedBundle.seal(recipient, plaintext, KernelRandom.INSTANCE);
      } finally {
        Arrays.fill(plaintext, (byte) 0);
      }
    }
  }

  private static ProblemException gone() {
    return new ProblemException(
        ErrorCode.NOT_FOUND,
        "there is no such export, or it has ended, or another one asked for it");
  }

  private static ApprovalMatter matter(List<SealedSecret> leaving, RecipientKey recipient) {
    Set<Environment> environments =
        leaving.stream().map(one -> one.secret().draft().environment()).collect(Collectors.toSet());
    List<String> changes = new ArrayList<>();
    changes.add("+ recipient: sha256:" + recipient.fingerprint());
    for (SealedSecret one : leaving) {
      changes.add(
          "+ leaves: "
              + one.secret().name()
              + " version "
              + one.version().number()
              + " ("
              + one.secret().draft().environment().wireName()
              + ", "
              + one.secret().draft().dataClass().wireName()
              + ")");
    }
    return new ApprovalMatter(
        "secrets sha256:" + digest(leaving), 0, environments, Set.of(), Set.of(), changes);
  }

  /** Over what each secret is now: any change, of a value or of what is said, is another one. */
  private static String digest(List<SealedSecret> leaving) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (SealedSecret one : leaving) {
        String line =
            one.secret().id()
                + " "
                + one.secret().stamp().revision()
                + " "
                + one.version().number()
                + "\n";
        sha256.update(line.getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
