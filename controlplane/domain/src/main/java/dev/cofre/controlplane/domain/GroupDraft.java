package dev.cofre.controlplane.domain;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is asked for when a group is made or changed; whether the members exist is not known yet.
 * Immutable.
 */
public record GroupDraft(String name, List<String> members, Set<Role> roles) {
  /** The most members of a group. */
  public static final int MEMBERS_MAX = 1_000;

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

  /** How a principal, or a group, is named. */
  public static final Pattern MEMBER =
      Pattern.compile("(group:)?[A-Za-z0-9][A-Za-z0-9._@-]{0,127}");

  /** Takes copies. */
  public GroupDraft {
    members = List.copyOf(members);
    roles = Set.copyOf(roles);
  }

  /**
   * Reads the document of a group.
   *
   * @param name of the one to be changed; null when one is to be made, and the document names it
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static GroupDraft read(Map<String, ?> document, String name) {
    DocumentFields fields = new DocumentFields(document);
    String read =
        fields.matching(
            "name",
            name,
            NAME,
            "1 to 128 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit");
    if (name != null && !name.equals(read)) {
      fields.wrong("name", "cannot be changed");
    }
    List<String> members = fields.anyTexts("members", MEMBERS_MAX);
    if (!members.stream().allMatch(member -> MEMBER.matcher(member).matches())) {
      fields.wrong("members", "may hold principals' ids and group:NAME only");
    }
    Set<Role> roles = RolesReader.read(fields, fields.anyTexts("roles", Role.values().length));
    fields.end();
    return new GroupDraft(read, members, roles);
  }
}
