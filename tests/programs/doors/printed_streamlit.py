# a script of Streamlit fails
# needs: streamlit
# compare: status
from streamlit.testing.v1 import AppTest


def script():
    import shop

    shop.fail()


AppTest.from_function(script).run()
