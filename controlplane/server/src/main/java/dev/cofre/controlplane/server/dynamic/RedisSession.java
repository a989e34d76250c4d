package dev.cofre.controlplane.server.dynamic;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Fence;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * One login at a Redis. Not thread-safe.
 *
 * <p>Each ACL SETUSER is done as a whole or not at all. Redis has no lock for users; in its place a
 * change of a password names the digests that it takes away, and is refused when one of them is not
 * there any more: so who comes between the look and the change has it come to nothing.
 *
 * <p>Each call asks first whether this is a master still: a user that is removed at one that became
 * a replica lives on at the master that took its place.
 *
 * <p>What was changed counts when ACL SAVE has written it: else a restart would bring back a user
 * that was removed, and take back a password that the vault has changed.
 */
final class RedisSession implements DynamicEngine.Session {
  static final String WRONG_PASSWORD = "WRONGPASS";

  private static final int VERSION_LEAST = 7;
  private static final String ACL = "ACL";
  private static final String GETUSER = "GETUSER";
  private static final String SETUSER = "SETUSER";
  private static final String DELUSER = "DELUSER";
  private static final String HELLO = "HELLO";
  private static final String EVERYBODY = "default";
  private static final String NOT_ALLOWED = "NOPERM";
  private static final String NOT_A_RULE = "cofre-is-no-rule";
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_.@-]{0,62}";

  /** What Redis says when a digest that is to be taken away is not there. */
  private static final String DIGEST_GONE = "ERR Error in ACL SETUSER modifier '!";

  private static final String REMOVAL = "the removal of credentials";
  private static final String FULL = "ERR max number of clients";

  /** It is at something else, or has no room, and may do it later. */
  private static final Set<String> LATER =
      Set.of("LOADING", "BUSY", "MASTERDOWN", "OOM", "MISCONF", "TRYAGAIN", "CLUSTERDOWN");

  /** Who may one of these administers the system. */
  private static final List<List<String>> ADMINISTRATION =
      List.of(
          List.of(ACL, SETUSER, "x"),
          List.of(ACL, DELUSER, "x"),
          List.of(ACL, "LOAD"),
          List.of("CONFIG", "SET", "x", "x"),
          List.of("MODULE", "LOAD", "x"),
          List.of("MODULE", "LOADEX", "x"),
          List.of("REPLICAOF", "x", "1"),
          List.of("SLAVEOF", "x", "1"),
          List.of("DEBUG", "SLEEP", "0"));

  private final RedisConnection connection;
  private final Target target;
  private final RandomSource random;

  RedisSession(RedisConnection connection, Target target, RandomSource random) {
    this.connection = connection;
    this.target = target;
    this.random = random;
  }

  @Override
  public boolean endsCredentials() {
    return false;
  }

  @Override
  public void requireRights() throws TargetException {
    String what = "the check of the root user's rights";
    Map<String, Object> server = RedisUser.fields(asked(what, HELLO));
    requireKind(server);
    if (!isMaster(server)) {
      throw unusable("it is a replica: enrol its master");
    }
    if (EVERYBODY.equals(target.user())) {
      throw unusable("its user default is everybody's: make another one for the vault");
    }
    RedisUser everybody = find(EVERYBODY).orElseThrow(() -> unusable("it has no user default"));
    if (everybody.asksForNoPassword() && !everybody.mayNothing()) {
      throw unusable(
          "its user default lets everybody in without a password: run ACL SETUSER default off");
    }
    String nobody = UserNames.fresh("rights", random);
    requireRefusedRule(nobody);
    asked(what, ACL, DELUSER, nobody);
    requireAllowed(what, List.of(ACL, "DRYRUN", target.user(), "PING"));
    save();
  }

  private static void requireKind(Map<String, Object> server) throws TargetException {
    String version = String.valueOf(server.get("version"));
    if (!version.matches("[0-9]{1,3}\\..*")
        || Integer.parseInt(version.substring(0, version.indexOf('.'))) < VERSION_LEAST) {
      throw unusable("its version is below " + VERSION_LEAST);
    }
    if (!"standalone".equals(server.get("mode"))) {
      throw unusable("it is a cluster or a sentinel: a user would be known to one node alone");
    }
  }

  private static boolean isMaster(Map<String, Object> server) {
    return "master".equals(server.get("role"));
  }

  /** It is tried again until the name of the engine's host leads to the master. */
  private void requireMaster() throws TargetException {
    if (!isMaster(RedisUser.fields(asked("the look whether it is a master", HELLO)))) {
      throw new TargetException(
          TargetException.Kind.AWAY,
          "the target has become a replica, where users that go are not gone: the engine's host has"
              + " to be the master");
    }
  }

  /** A rule that is none is refused as such to who may set rules; and nothing is changed. */
  private void requireRefusedRule(String nobody) throws TargetException {
    requireAllowed("the check of ACL SETUSER", List.of(ACL, SETUSER, nobody, NOT_A_RULE));
  }

  /** Whether it was done; else it was refused for another reason than that it may not be. */
  private boolean requireAllowed(String what, List<String> words) throws TargetException {
    try {
      return "OK".equals(connection.call(words.toArray(String[]::new)));
    } catch (RedisException e) {
      if (NOT_ALLOWED.equals(e.code())) {
        throw failure(what, e);
      }
      return false;
    } catch (IOException e) {
      throw away(what, e);
    }
  }

  private Optional<RedisUser> find(String name) throws TargetException {
    Object reply = asked("the look at a user", ACL, GETUSER, name);
    return reply == null ? Optional.empty() : Optional.of(RedisUser.of(reply));
  }

  @Override
  public void changePassword(char[] next, Fence fence) throws TargetException {
    requireMaster();
    RedisUser root = find(target.user()).orElseThrow(() -> unusable("it has no such root user"));
    change("the change of the root user's password", target.user(), root, next, fence);
  }

  /**
   * In one step: so there is no moment at which no password is right. All that are there are taken
   * away by name, also the one that is added, which a change before this one may have left: else a
   * change that comes late would bring back what another one has ended.
   */
  private void change(String what, String name, RedisUser before, char[] next, Fence fence)
      throws TargetException {
    String hash = RedisAcl.hash(next);
    List<String> words = new ArrayList<>(List.of(ACL, SETUSER, name));
    before.passwords().forEach(one -> words.add('!' + one));
    words.add('#' + hash);
    fence.requireHeld();
    asked(what, words.toArray(String[]::new));
    if (before.passwords().isEmpty()) {
      requireAlone(what, name, hash);
    }
    save();
  }

  @Override
  public void requireRotatable(StaticUser user) throws TargetException {
    require(user);
  }

  /** The user; empty when it is to be made. */
  private Optional<RedisUser> require(StaticUser user) throws TargetException {
    requireMaster();
    String name = user.name();
    if (!name.matches(NAME)) {
      throw new TargetException(
          TargetException.Kind.REFUSED, "the name of the user is not one that the vault takes");
    }
    if (name.equals(target.user()) || name.equals(EVERYBODY) || UserNames.isOurs(name)) {
      throw refused(name, "is the vault's or the system's own");
    }
    Optional<RedisUser> there = find(name);
    if (there.isEmpty() && !user.create()) {
      throw refused(name, "is not there");
    }
    if (there.isEmpty()) {
      return there;
    }
    List<String> marks = there.get().marks();
    boolean own = marks.contains(RedisAcl.madeFor(user.of()));
    boolean othersOwn = marks.stream().anyMatch(mark -> mark.startsWith(RedisAcl.MADE));
    if (!own && (user.create() || othersOwn)) {
      throw refused(name, "is there already and belongs to somebody else: name another one");
    }
    if (!own) {
      requireGiven(name, there.get());
    }
    return there;
  }

  private void requireGiven(String name, RedisUser user) throws TargetException {
    for (List<String> command : ADMINISTRATION) {
      List<String> words = new ArrayList<>(List.of(ACL, "DRYRUN", name));
      words.addAll(command);
      if (requireAllowed("the look at what a user may do", words)) {
        throw refused(name, "administers the system (" + String.join(" ", command) + ")");
      }
    }
    if (!user.flags().contains("on")) {
      throw refused(name, "may not log in");
    }
    String given = RedisAcl.givenTo(target.user());
    if (!user.marks().contains(given)) {
      throw refused(
          name,
          "is not given to the root user: who owns it runs ACL SETUSER "
              + name
              + " \"(resetchannels &"
              + given
              + ")\", which gives it no right");
    }
  }

  @Override
  public void setPassword(StaticUser user, char[] password, Fence fence) throws TargetException {
    Optional<RedisUser> there = require(user);
    if (there.isPresent()) {
      change("the change of a user's password", user.name(), there.get(), password, fence);
      return;
    }
    String hash = RedisAcl.hash(password);
    List<String> words = new ArrayList<>(List.of(ACL, SETUSER, user.name(), "on", '#' + hash));
    words.addAll(RedisAcl.rules(user.grants()));
    words.add(RedisAcl.mark(user.of()));
    fence.requireHeld();
    asked("the making of a user", words.toArray(String[]::new));
    requireAlone("the making of a user", user.name(), hash);
    save();
  }

  /** Who gives the same user its first password at the same time adds one: then neither counts. */
  private void requireAlone(String what, String name, String hash) throws TargetException {
    if (find(name).map(RedisUser::passwords).orElse(List.of()).equals(List.of(hash))) {
      return;
    }
    asked(what, ACL, SETUSER, name, '!' + hash);
    throw contended(what);
  }

  @Override
  public void create(NewUser user, char[] password) throws TargetException {
    UserNames.require(user.userName());
    requireMaster();
    List<String> words = new ArrayList<>(List.of(ACL, SETUSER, user.userName(), "reset", "on"));
    words.add('#' + RedisAcl.hash(password));
    words.addAll(RedisAcl.rules(user.grants()));
    asked("the making of a credential", words.toArray(String[]::new));
    try {
      save();
    } catch (TargetException e) {
      if (e.kind() == TargetException.Kind.REFUSED) {
        asked("the taking back of a credential", ACL, DELUSER, user.userName());
      }
      throw e;
    }
  }

  @Override
  public void renew(String userName, Instant expiresAt) throws TargetException {
    UserNames.require(userName);
    requireMaster();
    if (find(userName).isEmpty()) {
      throw refused(
          userName,
          "is not there any more: was the target restored, or replaced by one of its replicas?");
    }
  }

  @Override
  public void revoke(String userName, OwnedObjects owned) throws TargetException {
    if (revokeTogether(List.of(userName)).isEmpty()) {
      throw contended(REMOVAL);
    }
  }

  /**
   * By one command and one saving of the file. The removal of a user ends its connections, whatever
   * they wait for.
   */
  @Override
  public Set<String> revokeTogether(List<String> names) throws TargetException {
    requireMaster();
    List<String> words = new ArrayList<>(List.of(ACL, DELUSER));
    for (String name : names) {
      UserNames.require(name);
      words.add(name);
    }
    asked(REMOVAL, words.toArray(String[]::new));
    // Also when they were not there: the removal before may have failed at this.
    save();
    Set<String> gone = new HashSet<>();
    for (String name : names) {
      // Who had the file loaded before it was written has brought it back, into the file too.
      if (find(name).isEmpty()) {
        gone.add(name);
      }
    }
    return gone;
  }

  private void save() throws TargetException {
    try {
      connection.call(ACL, "SAVE");
    } catch (RedisException e) {
      if (!"ERR".equals(e.code())) {
        throw failure("the saving of its users", e);
      }
      throw unusable(
          "it does not save its users, which a restart would lose or bring back: it needs an"
              + " aclfile, in a folder that it may write to");
    } catch (IOException e) {
      throw away("the saving of its users", e);
    }
  }

  private Object asked(String what, String... words) throws TargetException {
    try {
      return connection.call(words);
    } catch (RedisException e) {
      throw failure(what, e);
    } catch (IOException e) {
      throw away(what, e);
    }
  }

  /** {@code e} without the server's words, which may hold rules and digests. */
  static TargetException failure(String what, RedisException e) {
    String code = e.code();
    if (WRONG_PASSWORD.equals(code)) {
      return new TargetException(
          TargetException.Kind.LOGIN, "the target does not take the root user's password");
    }
    if (e.says(DIGEST_GONE)) {
      return contended(what);
    }
    if (LATER.contains(code) || e.says(FULL)) {
      return new TargetException(
          TargetException.Kind.AWAY, "the target cannot do " + what + " now: " + code);
    }
    if (NOT_ALLOWED.equals(code)) {
      return unusable(
          "the root user may not do "
              + what
              + ": it needs +acl|setuser, +acl|getuser,"
              + " +acl|deluser, +acl|save and +acl|dryrun");
    }
    return new TargetException(
        TargetException.Kind.REFUSED, "the target refused " + what + " with " + code);
  }

  /** That there was no answer. */
  static TargetException away(String what, IOException e) {
    return new TargetException(
        TargetException.Kind.AWAY,
        e instanceof SSLException
            ? "the target cannot be reached by TLS, or does not prove its name (" + what + ")"
            : "the target cannot be reached (" + what + ")");
  }

  private static TargetException contended(String what) {
    return new TargetException(
        TargetException.Kind.AWAY, "others are at work in the target, which kept up " + what);
  }

  private static TargetException unusable(String why) {
    return new TargetException(TargetException.Kind.REFUSED, "the target cannot be used: " + why);
  }

  private static TargetException refused(String name, String why) {
    return new TargetException(TargetException.Kind.REFUSED, "the user " + name + " " + why);
  }

  @Override
  public void close() {
    connection.close();
  }
}
