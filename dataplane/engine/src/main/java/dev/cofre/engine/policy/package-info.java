/** Who may do what: default deny, explicit deny wins (invariant I5). */
package dev.cofre.engine.policy;
