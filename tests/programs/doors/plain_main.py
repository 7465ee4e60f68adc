# an exception ends the program
import shop

shop.fail()
