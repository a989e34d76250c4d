/** Random inputs that can be replayed. */
package dev.cofre.contract.random;
