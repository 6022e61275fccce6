/** Prints the addresses that Java finds for a name, one a line. */
public class Resolve {
  public static void main(String[] words) throws Exception {
    for (var address : java.net.InetAddress.getAllByName(words[0])) System.out.println(address.getHostAddress());
  }
}
