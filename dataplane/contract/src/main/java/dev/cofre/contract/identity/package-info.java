/** What proves who somebody is, as both sides of a call write it. */
package dev.cofre.contract.identity;
