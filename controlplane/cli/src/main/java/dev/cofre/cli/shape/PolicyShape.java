package dev.cofre.cli.shape;

import static dev.cofre.cli.shape.Shapes.items;
import static dev.cofre.cli.shape.Shapes.oneOf;
import static dev.cofre.cli.shape.Shapes.optional;
import static dev.cofre.cli.shape.Shapes.required;
import static dev.cofre.cli.shape.Shapes.text;

import dev.cofre.documents.shape.Shape;
import dev.cofre.documents.shape.Shape.Count;
import dev.cofre.documents.shape.Shape.Field;
import dev.cofre.documents.shape.Shape.Fields;
import dev.cofre.documents.shape.Shape.Flag;
import dev.cofre.documents.shape.Shape.Named;
import dev.cofre.documents.shape.Shape.OneOf;
import dev.cofre.documents.shape.Shape.Rule;
import dev.cofre.documents.shape.Shape.True;
import dev.cofre.documents.shape.Shape.Whole;
import java.util.List;

/** The shape of policies, whose language docs/POLICY.md describes. */
final class PolicyShape {
  private static final int LIST_MAX = 1_000;
  private static final OneOf EFFECT = oneOf("allow", "deny");
  private static final OneOf AUTHENTICATION = oneOf("token", "jwt", "mtls");
  private static final Shape HOUR =
      text("([01][0-9]|2[0-3]):[0-5][0-9]", 5, "a time of day in UTC in quotes, as \"08:30\"");
  private static final Shape NETWORK =
      text("[0-9A-Fa-f.:]{2,45}/[0-9]{1,3}", 49, "a network as 10.0.0.0/8 or 2001:db8::/32");
  private static final Shape ADDRESS =
      text("[0-9A-Fa-f.:]{2,45}", 45, "an IP address, as 10.1.2.3 or 2001:db8::1");

  private PolicyShape() {}

  /** The fields of a policy beside its kind. */
  static List<Field> fields() {
    return List.of(
        required("name", Shapes.NAME, "Unique in the tenant."),
        optional("description", Shapes.printable(1_024), "What it is for."),
        optional("notAfter", Shapes.TIME, "The policy ends by itself."),
        required("statements", items(statement(), 1, 50), "What it allows and denies."),
        optional("tests", items(test(), 0, 100), "They run before the policy takes effect."));
  }

  private static Fields statement() {
    return new Fields(
        List.of(
            optional(
                "sid",
                text(
                    "[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
                    64,
                    "1 to 64 of letters, digits, '.', '_' and '-'"),
                "The statement's name."),
            required("effect", EFFECT, "A deny wins over every allow."),
            optional("principals", items(Shapes.MEMBER, 1, LIST_MAX), "Who."),
            optional("anyPrincipal", new True(), "Every workload, in place of principals."),
            required("actions", items(Shapes.KEY_USE, 1, 5), "What they may do, or not."),
            optional("keys", items(Shapes.KEY_SELECTION, 1, LIST_MAX), "With which keys."),
            optional("tags", Shapes.TAGS, "With keys that have all of these tags."),
            optional(
                "environment",
                Shapes.ENVIRONMENT,
                "The keys'; needed with a pattern and with tags."),
            optional("fromEnvironment", Shapes.ENVIRONMENT, "The source's, for reencrypt alone."),
            optional("notBefore", Shapes.TIME, "From when it counts."),
            optional("notAfter", Shapes.TIME, "Until when it counts."),
            optional("conditions", conditions(), "All of them must hold.")),
        List.of(
            new Rule(Count.EXACTLY_ONE, List.of("principals", "anyPrincipal")),
            new Rule(Count.AT_LEAST_ONE, List.of("keys", "tags"))));
  }

  private static Fields conditions() {
    return new Fields(
        List.of(
            optional(
                "context",
                new Named(
                    text("[\\s\\S]{1,128}", 128, "a context's key of 1 to 128 characters"),
                    pair(),
                    16),
                "On the encryption context."),
            optional("sourceNetworks", items(NETWORK, 1, 64), "Where the caller is."),
            optional("time", hours(), "When, in UTC."),
            optional("authentication", AUTHENTICATION, "At least this strong."),
            optional("rate", rate(), "Uses by one principal on one node.")),
        List.of());
  }

  private static Fields pair() {
    return new Fields(
        List.of(
            optional("equals", Shapes.anyText(1_024), "Its value."),
            optional(
                "oneOf",
                items(text("[\\s\\S]{1,256}", 256, "text of 1 to 256 characters"), 1, 64),
                "Its value is one of these."),
            optional("present", new Flag(), "Whether it is there.")),
        List.of(new Rule(Count.EXACTLY_ONE, List.of("equals", "oneOf", "present"))));
  }

  private static Fields hours() {
    return new Fields(
        List.of(
            optional(
                "weekdays",
                items(oneOf("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1, 7),
                "In UTC."),
            optional("from", HOUR, "In UTC."),
            optional("to", HOUR, "In UTC; over midnight when before from.")),
        List.of(new Rule(Count.ALL_OR_NONE, List.of("from", "to"))));
  }

  private static Fields rate() {
    return new Fields(
        List.of(
            optional("perSecond", new Whole(1, 10_000_000), "In one second."),
            optional("perDay", new Whole(1, 1_000_000_000_000L), "In one day, UTC.")),
        List.of());
  }

  private static Fields test() {
    return new Fields(
        List.of(
            required(
                "principal",
                text("[A-Za-z0-9][A-Za-z0-9._@-]{0,127}", 128, "a principal's id"),
                "Who asks."),
            required("action", Shapes.KEY_USE, "For what."),
            required("key", Shapes.KEY_NAME, "With which key: its alias or id."),
            optional("fromEnvironment", Shapes.ENVIRONMENT, "For reencrypt."),
            optional(
                "context",
                new Named(
                    text("[\\s\\S]{1,128}", 128, "a context's key of 1 to 128 characters"),
                    Shapes.anyText(1_024),
                    32),
                "The encryption context."),
            optional("sourceAddress", ADDRESS, "Where the caller is."),
            optional("time", Shapes.TIME, "When; absent: now."),
            optional("authentication", AUTHENTICATION, "How the caller proved itself."),
            required("expect", EFFECT, "What must be decided.")),
        List.of());
  }
}
