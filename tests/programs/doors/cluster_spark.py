# a function fails in a Python worker of Spark
# needs: pyspark /java
# compare: status
# dumps: 1-4
from pyspark.sql import SparkSession

import shop

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
try:
    spark.sparkContext.parallelize([1], 1).map(shop.fail).collect()
except Exception as error:
    print("ZeroDivisionError" in str(error))
spark.stop()
